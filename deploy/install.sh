#!/bin/bash
# Install Emoflix on this box, or bring it up to date. docs/install.md tells more.
set -Eeuo pipefail
umask 022
ROOT=$(dirname "$(dirname "$(readlink -f "$0")")")
. "$ROOT/deploy/install/say.sh"
. "$ROOT/deploy/install/machine.sh"
. "$ROOT/deploy/install/armhf.sh"
. "$ROOT/deploy/install/settings.sh"
. "$ROOT/deploy/install/program.sh"

usage() {
    cat <<'END'
Usage: sudo deploy/install.sh [OPTION]...

Installs Emoflix, or updates it where it is installed. Says what it will do, and asks, first.

  --yes                 do not ask
  --plan                say what would be done, and do nothing
  --camera SOURCE       picamera, /dev/video0, rtsp://…; by default the camera that is found
  --rotation DEGREES    0, 90, 180 or 270, clockwise: what puts faces upright
  --no-web              without the page for phones and the television
  --name NAME           a further name or address of this box, for the broker's certificate

An existing broker, such as Home Assistant's, instead of one on this box:
  --broker HOST[:PORT]  port 8883 by default
  --broker-user NAME    this box's user there; deploy/mosquitto/emoflix.acl has the rights it needs
  --broker-password-file FILE
  --broker-ca FILE      authority of its certificate; `system` (default), or `plain` for no TLS
  --phones FILE         its users for phones, `user:password` a line

Without internet:
  --wheels FOLDER       take all libraries from here
  --models-url ADDRESS  take YuNet from this folder

  --uninstall           take the program away, and keep settings and what the household said
  --uninstall --erase   ... and take these away, too
END
}

YES=no PLAN=no WEB=yes BROKER=ask UNINSTALL=no ERASE=no
CAMERA='' ROTATION=0 BROKER_USER='' BROKER_PASSWORD_FILE='' BROKER_CA=system PHONES_FILE=''
WHEELS='' MODELS_URL='' NAMES=()

read_options() {
    while (($# > 0)); do
        case $1 in
        --yes) YES=yes ;;
        --plan) PLAN=yes ;;
        --no-web) WEB=no ;;
        --uninstall) UNINSTALL=yes ;;
        --erase) ERASE=yes ;;
        --help | -h)
            usage
            exit 0
            ;;
        --camera | --rotation | --name | --broker | --broker-user | --broker-password-file | \
            --broker-ca | --phones | --wheels | --models-url)
            (($# > 1)) || refuse "$1 needs a value; see --help"
            case $1 in
            --camera) CAMERA=$2 ;;
            --rotation) ROTATION=$2 ;;
            --name) NAMES+=("$2") ;;
            --broker) BROKER=$2 ;;
            --broker-user) BROKER_USER=$2 ;;
            --broker-password-file) BROKER_PASSWORD_FILE=$2 ;;
            --broker-ca) BROKER_CA=$2 ;;
            --phones) PHONES_FILE=$2 ;;
            --wheels) WHEELS=$2 ;;
            --models-url) MODELS_URL=$2 ;;
            esac
            shift
            ;;
        *) refuse "$1: no such option; see --help" ;;
        esac
        shift
    done
    [[ $ROTATION =~ ^(0|90|180|270)$ ]] || refuse "--rotation $ROTATION: 0, 90, 180 or 270"
    [[ -z $WHEELS || -d $WHEELS ]] || refuse "--wheels $WHEELS: no such folder"
    [[ $ERASE == no || $UNINSTALL == yes ]] || refuse "--erase goes with --uninstall"
}

find_wheel() {
    local found=("$ROOT"/dist/emoflix-*.whl)
    WHEEL=${found[-1]}
    [[ -f $WHEEL ]] || refuse "no wheel in $ROOT/dist: \`make wheel\` builds it, or take a release"
}

confirm() {
    local answer
    [[ $PLAN == no ]] || exit 0
    [[ $YES == no ]] || return 0
    [[ -t 0 ]] || refuse "nobody is here to ask; say --yes if this is what you want"
    read -r -p "Go on? [y/N] " answer
    [[ $answer == [yYjJ]* ]] || exit 0
}

plan() {
    say
    if [[ -e $OPT/current ]]; then say "Emoflix is here: it will be updated to ${WHEEL##*/}, your settings stay. In detail:"
    else say "This will be done:"; fi
    ((${#PACKAGES[@]} == 0)) || say "- install the system's packages ${PACKAGES[*]}"
    say "- put the program into $OPT (about $PROGRAM_MB MB), from $([[ -n $WHEELS ]] && echo "$WHEELS" || echo "the package index")"
    [[ $BITS == 64 ]] || say "- build msgspec, some minutes of work, since the index has it for 64 bits alone"
    say "- fetch the face detector YuNet, checked by its hash"
    say "- make the users emoflix, emoflix-web and emoflix-update, settings in /etc/emoflix, state in $STATE"
    if [[ $BROKER == own ]]; then
        say "- set up mosquitto on port 8883, with TLS, passwords and rights; where there is a broker in" \
            "the home, such as Home Assistant's, --broker HOST --broker-user NAME uses that one"
    else say "- use the broker $BROKER as $BROKER_USER"; fi
    say "- start with the system: ${UNITS[*]}"
    [[ $WEB == no ]] || say "- serve the page for phones and the television, http://emoflix.local:8080"
    say "No frame is looked at before somebody consents on the page or by MQTT."
}

# The service is not started yet, so nobody else has the camera.
aim_camera() {
    local answer
    [[ $YES == no && $RUNS == yes && -t 0 && -t 1 ]] || return 0
    read -r -p "Look at what the camera sees, to aim it? Shown here alone, kept nowhere. [y/N] " answer
    [[ $answer == [yYjJ]* ]] || return 0
    "$OPT/bin/emoflix" aim --config "$CONFIG" || warn "look again later: sudo emoflix aim --config $CONFIG"
}

main() {
    read_options "$@"
    if [[ $UNINSTALL == yes ]]; then
        [[ $(id -u) == 0 ]] || refuse "only root can uninstall: sudo $0 $*"
        [[ -d /run/systemd/system ]] && RUNS=yes || RUNS=no
        [[ -e $OPT || -e /etc/emoflix ]] || refuse "Emoflix is not installed here"
        [[ $ERASE == no ]] || say "This erases settings, profiles and all that was said of films."
        confirm
        uninstall
        return
    fi
    find_wheel
    look_at_broker
    [[ $WEB == no ]] || UNITS+=(emoflix-web emoflix-name)
    look_at_machine "$@"
    missing_packages
    plan
    confirm

    install_packages
    systemd-sysusers "$ROOT/systemd/emoflix.sysusers"
    make_version
    make_config
    fetch_models
    use_broker
    keep_state
    switch_version
    install_units
    if [[ $RUNS == yes ]]; then
        step "Check"
        "$OPT/bin/emoflix" check --config "$CONFIG" || warn "what is wrong above is tried again while it runs"
    fi
    aim_camera
    step "Start"
    start_units
    UNDO=()
    rm -rf "$BEFORE"
    sweep_versions
    step "Done"
    say "Aim the camera:     sudo emoflix aim --config $CONFIG"
    say "See how it fares:   journalctl -u emoflix"
    if [[ $WEB == yes ]]; then
        say "Let a phone in:     sudo emoflix pair --config $CONFIG"
    fi
    say "What is kept:       sudo emoflix privacy --config $CONFIG"
}

main "$@"
