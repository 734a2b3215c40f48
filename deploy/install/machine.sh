# shellcheck shell=bash
# What machine this is, and whether Emoflix can live on it. Sets CODENAME, CAMERAS, PACKAGES.

PROGRAM_MB=400
NEEDED_MB=900 # the program and its libraries; an update keeps the version before it
LEAST_MEMORY_MB=400
FIRST_YEAR=2025
OS_RELEASE=/etc/os-release
VIDEO=/sys/class/video4linux

look_at_machine() {
    [[ $(id -u) == 0 ]] || refuse "only root can install: sudo $0 $*"
    look_at_system
    look_at_room
    look_at_ports
    look_for_cameras
}

look_at_system() {
    local architecture name
    command -v dpkg >/dev/null || refuse "this is no Debian or Raspberry Pi OS: dpkg is missing"
    architecture=$(dpkg --print-architecture)
    # shellcheck disable=SC1090
    CODENAME=$(. "$OS_RELEASE" && echo "${VERSION_CODENAME-}")
    # shellcheck disable=SC1090
    name=$(. "$OS_RELEASE" && echo "${PRETTY_NAME-unknown}")
    case $architecture in
    arm64 | amd64 | armhf) ;;
    *) refuse "no build for $architecture: a 64-bit Arm or x86 machine is needed" ;;
    esac
    case $CODENAME in
    bookworm | trixie) ;;
    *) refuse "$name is not supported: Debian or Raspberry Pi OS bookworm or trixie is needed" ;;
    esac
    ! is_installed emoflix ||
        refuse "the Debian package emoflix is installed: update it with apt, or apt remove it first"
    command -v systemctl >/dev/null || refuse "systemd is missing: it starts and guards the service"
    # In an image that is being built it is there and does not run.
    [[ -d /run/systemd/system ]] && RUNS=yes || RUNS=no
    (($(date +%Y) >= FIRST_YEAR)) ||
        refuse "the clock says $(date +%F), so that no download can be trusted: wait for network" \
            "time, or set it with date -s"
    MODEL=$(uname -m)
    [[ ! -r /proc/device-tree/model ]] || MODEL=$(tr -d '\0' </proc/device-tree/model)
    say "Machine:  $MODEL, $name ($architecture)"
    [[ $architecture != armhf ]] || look_at_32_bits
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

look_at_room() {
    local folder memory_mb free_mb
    for folder in /opt /etc /var/lib; do
        # -w asks the mode alone; a read-only file system shows only when written to.
        { : >"$folder/.emoflix-writable"; } 2>/dev/null ||
            refuse "$folder cannot be written: is the file system read-only or the disk full?"
        rm "$folder/.emoflix-writable"
    done
    free_mb=$(($(df --output=avail -k /opt | tail -1) / 1024))
    ((free_mb >= NEEDED_MB)) || refuse "/opt has $free_mb MB free; $NEEDED_MB MB are needed"
    memory_mb=$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) / 1024))
    say "Room:     $free_mb MB of disk, $memory_mb MB of memory"
    ((memory_mb >= LEAST_MEMORY_MB)) || warn "less than $LEAST_MEMORY_MB MB of memory is tight"
}

taken() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

look_at_ports() {
    # Those of an Emoflix that is here already are its own.
    [[ -e /etc/systemd/system/emoflix.service ]] && return
    [[ $WEB == no ]] || ! taken 8080 || refuse "port 8080, for the page, is taken by another program:" \
        "stop it, or leave the page out with --no-web"
    [[ $BROKER != own ]] || ! taken 8883 || refuse "port 8883 is taken by another program; if it is" \
        "a broker, use it with --broker localhost:8883 and --broker-user"
}

# By what the kernel calls each video device; coders and image processors are none.
look_for_cameras() {
    local device name
    CAMERAS=()
    for device in "$VIDEO"/video*; do
        [[ -e $device/name ]] || continue
        name=$(<"$device/name")
        case $name in
        unicam* | rp1-cfe*) [[ " ${CAMERAS[*]-} " == *" picamera "* ]] || CAMERAS+=(picamera) ;;
        *codec* | *-isp* | pispbe* | *hevc* | *decode* | *encode*) ;;
        *) [[ $(cat "$device/index" 2>/dev/null || echo 0) != 0 ]] || CAMERAS+=("/dev/${device##*/}") ;;
        esac
    done
    case ${#CAMERAS[@]} in
    0) say "Camera:   none found; plug one in later" ;;
    1) say "Camera:   ${CAMERAS[0]}" ;;
    *) say "Cameras:  ${CAMERAS[*]}; the first is taken, another with --camera" ;;
    esac
    if [[ -z $CAMERA ]]; then
        CAMERA=${CAMERAS[0]-picamera}
        [[ ${#CAMERAS[@]} -gt 0 || -e /proc/device-tree/model ]] || CAMERA=/dev/video0
    fi
}

# The system's packages that are missing.
missing_packages() {
    local wanted=(python3 python3-venv openssl ca-certificates) package
    [[ $BROKER != own ]] || wanted+=(mosquitto)
    [[ $WEB == no ]] || wanted+=(avahi-daemon avahi-utils)
    [[ $BITS == 64 ]] || wanted+=("${SYSTEM_LIBRARIES[@]}" "${COMPILER[@]}")
    # Raspberry Pi OS has both; Debian trixie has the bindings alone.
    if [[ $CAMERA == picamera ]]; then
        for package in python3-picamera2 python3-libcamera; do
            if apt-cache show "$package" >/dev/null 2>&1; then
                wanted+=("$package")
                break
            fi
        done
    fi
    PACKAGES=()
    for package in "${wanted[@]}"; do
        is_installed "$package" || PACKAGES+=("$package")
    done
}

install_packages() {
    ((${#PACKAGES[@]} > 0)) || return 0
    step "Packages of the system: ${PACKAGES[*]}"
    export DEBIAN_FRONTEND=noninteractive
    [[ -n $WHEELS ]] || apt-get update -q || fail "the lists of packages cannot be had: is there a way to the internet?"
    apt-get install -q -y --no-install-recommends "${PACKAGES[@]}" ||
        fail "the packages cannot be installed: is there a way to the internet?"
}
