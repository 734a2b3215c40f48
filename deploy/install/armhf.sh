# shellcheck shell=bash
# A 32-bit system, best effort: what the package index has not built for it comes from the system's
# own packages, older than what the lock names and seen to work, and msgspec is built on the box.

BITS=64
SYSTEM_LIBRARIES=(python3-numpy python3-opencv opencv-data python3-yaml python3-nacl)
SYSTEM_LIBRARIES_MB=1100
COMPILER=(gcc libc6-dev python3-dev)

look_at_32_bits() {
    local instead="put the 64-bit Raspberry Pi OS on the card (a Pi Zero 2 W, 3, 4 or 5 runs it)"
    [[ $(uname -m) != armv6* ]] ||
        refuse "an ARMv6 processor, as in the first Pi and the first Zero: no engine is built for it"
    [[ $CODENAME == bookworm ]] || refuse "this system is 32-bit, for which the last engine was" \
        "built for bookworm's Python: $instead"
    BITS=32 PROGRAM_MB=130 NEEDED_MB=400
    is_installed python3-opencv || ((NEEDED_MB += SYSTEM_LIBRARIES_MB))
    warn "this system is 32-bit: the slower engine reads the faces, and what the household says is" \
        "not encrypted. For both, $instead."
}

# Not by the markers that the lock carries: below a 32-bit system there may be a 64-bit kernel, which
# calls the machine aarch64.
lock_of_32_bits() {
    awk '
        /^[a-z]/ { given = /^(numpy|opencv-python-headless|pyyaml)==/ }
        !given { gsub(/platform_machine != .armv7l./, "python_version < \"3\""); print }
    ' "$ROOT/requirements/device.txt"
}
