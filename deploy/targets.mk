# What leaves this checkout: a wheel, a bundle with the installer, Debian packages, and their proofs.
.PHONY: wheel bundle deb test-install test-arm64 test-armhf test-boot

VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
WHEEL = dist/emoflix-$(VERSION)-py3-none-any.whl

wheel: $(VENV)/demo.done $(PAGE) ## Build the wheel, with the page in it, into dist/
	rm -f dist/emoflix-*.whl
	$(BIN)/python -m pip wheel --disable-pip-version-check --quiet --no-deps --no-build-isolation --wheel-dir dist .

# What a box needs to install itself: unpack it there, `sudo deploy/install.sh`.
bundle: wheel ## Build the archive that a box is installed from, into dist/
	tar --create --gzip --file dist/emoflix-$(VERSION)-bundle.tar.gz --owner 0 --group 0 \
	  --transform 's,^,emoflix-$(VERSION)/,' --exclude deploy/web --exclude deploy/targets.mk \
	  README.md LICENSE docs deploy systemd requirements/device.txt $(WHEEL)

deb: wheel ## Build the Debian packages into dist/ [SUITE=bookworm] [ARCH=arm64]
	for suite in $(or $(SUITE),bookworm trixie); do for arch in $(or $(ARCH),amd64 arm64); do \
	  deploy/debian/build $$suite $$arch || exit; done; done

# Each in Debians of their own, as root: minutes here, the better part of an hour for another
# architecture.
test-install: wheel ## Prove the installer in Debian bookworm and trixie (root)
	unshare --mount $(BIN)/python -m tests.deploy.prove_roots $(ARGS)

test-arm64: wheel ## The same for 64-bit Arm, emulated (root)
	unshare --mount $(BIN)/python -m tests.deploy.prove_roots --arch arm64 --brief $(ARGS)

test-armhf: wheel ## The same for 32-bit Arm, bookworm alone, emulated (root)
	unshare --mount $(BIN)/python -m tests.deploy.prove_roots bookworm --arch armhf --brief $(ARGS)

test-boot: wheel ## Prove the service on a booted system, and its package on an emulated machine (root)
	unshare --mount $(BIN)/python -m tests.deploy.prove_boot $(ARGS)
	deploy/debian/build trixie amd64
	unshare --mount $(BIN)/python -m tests.deploy.prove_machine

# What a box installs: on Python 3.11 both engines and numpy 1, as the system's own packages there
# are built for it.
.PHONY: lock-device
lock: lock-device
lock-device: $(VENV)/dev.done
	$(BIN)/uv pip compile pyproject.toml --extra device --extra web --extra tflite --universal --python-version 3.11 --upgrade \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements/device.txt
