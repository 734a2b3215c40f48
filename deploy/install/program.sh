# shellcheck shell=bash
# The program in /opt/emoflix: each version in a folder of its own, and one link that names the
# current one. Turning the link is the one moment in which an update happens, and is atomic: a plug
# that is pulled leaves either version, whole.

OPT=/opt/emoflix
STATE=/var/lib/emoflix
BEFORE=$STATE/.before-update
UNITS=(emoflix)
OTHERS=(emoflix-{update,retention}.{service,timer}) # who wants updates starts their timer

# What an update that was cut short has left behind.
sweep_versions() {
    local version
    for version in "$OPT"/versions/*; do
        [[ ! -d $version || $version -ef $OPT/current || $version -ef $OPT/previous ]] || rm -rf "$version"
    done
}

make_version() {
    step "Program"
    install -d -m 755 "$OPT/versions"
    sweep_versions
    [[ -e $OPT/current ]] || on_failure rm -rf "$OPT"
    local name=${WHEEL##*/}
    name=${name#emoflix-}
    NEW=$(mktemp -d "$OPT/versions/${name%%-*}-XXXXXX")
    on_failure rm -rf "$NEW"
    chmod 755 "$NEW"
    # It sees the system's packages: libcamera's bindings are there alone.
    python3 -m venv --system-site-packages "$NEW" || fail "no virtual environment can be made"
    fill_version || fail "the libraries cannot be installed: is there a way to the internet?"
    "$NEW/bin/emoflix" --version || fail "the new version does not run"
    # It cannot write there later. On all cores, which pip does not.
    "$NEW/bin/python" -m compileall -q -j 0 "$NEW/lib" >/dev/null || true
    mkdir -p "$NEW/share"
    cp -r "$ROOT/deploy" "$ROOT/systemd" "$NEW/share/"
}

fill_version() {
    local lock=$ROOT/requirements/device.txt
    if [[ $BITS == 32 ]]; then
        lock=$NEW/lock.txt
        lock_of_32_bits >"$lock"
    fi
    local pip=("$NEW/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-compile)
    if [[ -n $WHEELS ]]; then
        # A folder that root names is trusted; the lock still says which versions.
        grep -E '^[a-z]' "$lock" | sed 's/ \\$//' >"$NEW/versions.txt"
        "${pip[@]}" --no-index --find-links "$WHEELS" --requirement "$NEW/versions.txt" &&
            "${pip[@]}" --no-index --no-deps "$WHEEL"
    else
        "${pip[@]}" --require-hashes --requirement "$lock" && "${pip[@]}" --no-deps "$WHEEL"
    fi
}

fetch_models() {
    step "Face detector"
    local models=$OPT/models
    if "$NEW/bin/emoflix" fetch-models --to "$models" ${MODELS_URL:+--url "$MODELS_URL"} >/dev/null; then
        say "YuNet is in $models, checked by its hash."
        if grep -qE '^  yunet_model: null' "$CONFIG"; then
            set_key vision yunet_model "$models/yunet_n_320_320.onnx"
        fi
    else
        warn "YuNet cannot be fetched, so OpenCV's Haar cascade finds the faces: slower, and it" \
            "misses more. Run this again where there is internet."
    fi
}

# A newer program may bring the household's store to a newer form, which the older cannot read.
keep_state() {
    [[ $RUNS == yes ]] || return 0
    systemctl stop "${UNITS[@]}" 2>/dev/null || true
    [[ -e $OPT/current ]] && on_failure systemctl start "${UNITS[@]}"
    rm -rf "$BEFORE"
    if [[ -e $STATE/household.db ]]; then
        install -d -m 700 "$BEFORE"
        cp -a "$STATE"/household.db* "$BEFORE/"
        on_failure restore_state
    fi
}

restore_state() {
    rm -f "$STATE"/household.db*
    cp -a "$BEFORE"/household.db* "$STATE/"
    rm -rf "$BEFORE"
}

point_to() {
    ln -sfn "versions/${1##*/}" "$OPT/.$2"
    mv -T "$OPT/.$2" "$OPT/$2"
}

switch_version() {
    local old
    if [[ -e $OPT/current ]]; then
        old=$(readlink -f "$OPT/current")
        on_failure point_to "$old" current
    fi
    sync -f "$OPT"
    point_to "$NEW" current
    [[ -z ${old-} ]] || point_to "$old" previous
    ln -sfn current/bin "$OPT/bin"
    ln -sfn current/share "$OPT/share"
    local program
    for program in emoflix emoflix-catalog; do
        [[ -e /usr/local/bin/$program ]] || on_failure rm -f "/usr/local/bin/$program"
        ln -sfn "$OPT/bin/$program" "/usr/local/bin/$program"
    done
}

install_units() {
    local unit
    [[ $RUNS == no ]] || on_failure systemctl daemon-reload
    for unit in "${UNITS[@]/%/.service}" "${OTHERS[@]}"; do
        if [[ -e /etc/systemd/system/$unit ]]; then
            on_failure install -m 644 "$OPT/previous/share/systemd/$unit" /etc/systemd/system/
        else
            on_failure forget_unit "$unit"
        fi
        install -m 644 "$ROOT/systemd/$unit" /etc/systemd/system/
    done
    install -D -m 644 "$ROOT/systemd/60-emoflix-led.rules" /etc/udev/rules.d/60-emoflix-led.rules
    if [[ $WEB == yes && -d /etc/avahi/services ]]; then
        install -m 644 "$ROOT/deploy/avahi/emoflix.service" /etc/avahi/services/emoflix.service
    fi
    systemctl enable -q "${UNITS[@]}" emoflix-retention.timer
    [[ $RUNS == no ]] || systemctl daemon-reload
}

forget_unit() {
    systemctl disable -q "$1" 2>/dev/null || true # it may be gone already
    [[ $RUNS == no ]] || systemctl stop "$1" 2>/dev/null || true
    rm -f "/etc/systemd/system/$1"
}

start_units() {
    local unit
    if [[ $RUNS == no ]]; then
        say "systemd does not run here: the service starts with the next boot."
        return
    fi
    for unit in "${UNITS[@]}"; do
        # Type=notify: this returns once the model and the catalogue are loaded.
        systemctl restart "$unit" || {
            journalctl --no-pager -q -u "$unit" -n 5 -o cat >&2
            fail "$unit does not start; the lines above say why"
        }
    done
    systemctl restart emoflix-retention.timer
    say "Running: ${UNITS[*]}"
}

uninstall() {
    step "Uninstalling"
    local unit
    for unit in emoflix-{update,retention}.timer emoflix-{update,retention,name,web}.service emoflix.service; do
        forget_unit "$unit"
        rm -rf "/etc/systemd/system/$unit.d/broker.conf"
        rmdir --ignore-fail-on-non-empty "/etc/systemd/system/$unit.d" 2>/dev/null || true
    done
    [[ $RUNS == no ]] || systemctl daemon-reload
    rm -f /usr/local/bin/emoflix /usr/local/bin/emoflix-catalog /var/lib/systemd/timers/stamp-emoflix-* \
        /etc/udev/rules.d/60-emoflix-led.rules /etc/avahi/services/emoflix.service
    if [[ $ERASE == yes ]]; then
        "$ROOT/deploy/mosquitto/set-up-broker" --remove
        rm -rf /etc/emoflix "$STATE" "$STATE-web" "$STATE-update"
        for unit in emoflix emoflix-web emoflix-update; do
            ! getent passwd "$unit" >/dev/null || userdel "$unit"
        done
    else
        "$ROOT/deploy/mosquitto/set-up-broker" --close
    fi
    [[ $RUNS == no ]] || systemctl try-restart mosquitto || true
    rm -rf "$OPT"
    if [[ $ERASE == yes ]]; then say "Emoflix is gone, and all that it kept."
    else say "Emoflix is gone. What it kept is in $STATE, its settings in /etc/emoflix; --erase takes both."; fi
    say "Packages of the system stay: others may use them."
}
