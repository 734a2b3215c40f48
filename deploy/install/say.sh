# shellcheck shell=bash
# How install.sh speaks, and how it takes back what it did.

say() { printf '%s\n' "$*"; }
warn() { printf 'Note: %s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }

# What a person has to mend first: one line, exit code 2.
refuse() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 2
}

# What went wrong on the way: one line, then all is taken back.
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

UNDO=()

# on_failure COMMAND...: what takes the next step back, the latest first.
on_failure() { UNDO+=("$(printf '%q ' "$@")"); }

roll_back() {
    local code=$? step
    trap - EXIT INT TERM HUP
    set +eE
    ((code == 0 || ${#UNDO[@]} == 0)) && exit "$code"
    printf '\nIt did not succeed (%s); taking back what was done.\n' "$code" >&2
    for ((step = ${#UNDO[@]} - 1; step >= 0; step--)); do
        eval "${UNDO[step]}" || printf 'could not be taken back: %s\n' "${UNDO[step]}" >&2
    done
    printf 'Emoflix is as it was before. Packages of the system that were added stay.\n' >&2
    exit "$code"
}

trap roll_back EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
