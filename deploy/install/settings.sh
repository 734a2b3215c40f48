# shellcheck shell=bash
# /etc/emoflix: the configuration, with every key explained, and the broker's side of it.

ETC=/etc/emoflix
CONFIG=$ETC/emoflix.yaml

# set_key SECTION KEY VALUE: the one line of it in $CONFIG, its explanation kept.
set_key() {
    local made
    made=$(mktemp "$ETC/.emoflix.yaml-XXXXXX")
    SECTION=$1 KEY=$2 VALUE=$3 awk '
        /^[a-z]/ { inside = (index($0, ENVIRON["SECTION"] ":") == 1) }
        inside && $0 ~ "^  " ENVIRON["KEY"] ":" {
            found = 1
            comment = match($0, / +#.*/) ? substr($0, RSTART) : ""
            $0 = "  " ENVIRON["KEY"] ": " ENVIRON["VALUE"] comment
        }
        { print }
        END { exit !found }' "$CONFIG" >"$made" || { rm "$made"; fail "$CONFIG: no $1.$2 in it"; }
    chmod 644 "$made"
    mv "$made" "$CONFIG"
}

# A YAML string, whatever stands in it.
quoted() { printf "'%s'" "${1//\'/\'\'}"; }

make_config() {
    install -d -m 755 $ETC
    if [[ -e $CONFIG ]]; then
        say "$CONFIG is kept as it is."
        return
    fi
    on_failure rm -f "$CONFIG"
    install -m 644 "$ROOT/deploy/emoflix.yaml" "$CONFIG"
    set_key camera source "$(quoted "$CAMERA")"
    set_key camera rotation_deg "$ROTATION"
    set_key mqtt password_file $ETC/mqtt.password
    set_key web users_file $ETC/phones.users
    # The system's SQLCipher there is of 2017 and cannot read the store's tables.
    [[ $BITS == 64 ]] || set_key household plain true
    if [[ $BROKER == own ]]; then
        set_key mqtt port 8883
        set_key mqtt user device
        set_key mqtt tls "{ca_file: $ETC/ca.crt}"
    else
        set_key mqtt host "$(quoted "${BROKER%:*}")"
        set_key mqtt port "${BROKER##*:}"
        set_key mqtt user "$(quoted "$BROKER_USER")"
        case $BROKER_CA in
        plain) ;;
        system) set_key mqtt tls '{}' ;;
        *)
            install -m 644 "$BROKER_CA" $ETC/broker-ca.crt
            set_key mqtt tls "{ca_file: $ETC/broker-ca.crt}"
            ;;
        esac
    fi
}

use_broker() {
    if [[ $BROKER == own ]]; then
        step "Broker"
        if [[ ! -e /etc/mosquitto/conf.d/emoflix.conf ]]; then
            if [[ -e $ETC/ca.key ]]; then on_failure "$ROOT/deploy/mosquitto/set-up-broker" --close
            else on_failure "$ROOT/deploy/mosquitto/set-up-broker" --remove; fi
            [[ $RUNS == no ]] || on_failure systemctl try-restart mosquitto
        fi
        "$ROOT/deploy/mosquitto/set-up-broker" || fail "the broker cannot be set up"
        if [[ $RUNS == yes ]]; then
            systemctl enable -q mosquitto
            systemctl restart mosquitto || fail "mosquitto does not start: journalctl -u mosquitto"
        fi
        say "mosquitto listens on port 8883, with TLS; passwords are in $ETC, for root alone."
        return
    fi
    [[ -e $ETC/mqtt.password ]] || on_failure rm -f $ETC/mqtt.password
    [[ -z $BROKER_PASSWORD_FILE ]] || install -m 600 "$BROKER_PASSWORD_FILE" $ETC/mqtt.password
    [[ -e $ETC/mqtt.password ]] || refuse "--broker-password-file is missing"
    [[ -z $PHONES_FILE ]] || install -m 600 "$PHONES_FILE" $ETC/phones.users
    let_out emoflix
    [[ $WEB == no ]] || let_out emoflix-web
}

# The unit may speak to the broker on this box alone; another one gets a hole of its own size.
let_out() {
    local folder=/etc/systemd/system/$1.service.d host=${BROKER%:*} addresses
    addresses=$(getent ahosts "$host" | awk '{ print $1 }' | sort -u | tr '\n' ' ')
    [[ -n $addresses ]] || fail "$host: no such host; give --broker an address"
    # A name is asked for again on each connect.
    [[ $addresses == "$host " ]] ||
        addresses+=$(awk '$1 == "nameserver" { printf "%s ", $2 }' /etc/resolv.conf)
    [[ -e $folder/broker.conf ]] || on_failure rm -f "$folder/broker.conf"
    install -d -m 755 "$folder"
    printf '# Made by install.sh for the broker %s.\n[Service]\nIPAddressAllow=%s\n' \
        "$host" "$addresses" >"$folder/broker.conf"
}

# Other settings in the same broker would be turned upside down by ours.
look_at_broker() {
    local others
    if [[ $BROKER == ask ]]; then
        BROKER=own
        others=$(grep -lEs '^[[:space:]]*(listener|port|password_file|acl_file|allow_anonymous)\b' \
            /etc/mosquitto/mosquitto.conf /etc/mosquitto/conf.d/*.conf | grep -vF /emoflix.conf || true)
        [[ -z $others ]] || refuse "mosquitto is set up for something else already (${others//$'\n'/, })." \
            "Use it with --broker localhost:PORT --broker-user NAME --broker-password-file FILE and the" \
            "rules in deploy/mosquitto/emoflix.acl, or take that set-up away"
    fi
    [[ $BROKER == own ]] && return
    [[ $BROKER == *:* ]] || BROKER+=:8883
    [[ -n $BROKER_USER ]] || refuse "--broker needs --broker-user, the box's name at that broker"
    [[ -n $BROKER_PASSWORD_FILE || -e $ETC/mqtt.password ]] ||
        refuse "--broker needs --broker-password-file, a file that holds the password alone"
    local file
    for file in "$BROKER_PASSWORD_FILE" "$PHONES_FILE"; do
        [[ -z $file || -r $file ]] || refuse "$file: cannot be read"
    done
    [[ $BROKER_CA == plain || $BROKER_CA == system || -r $BROKER_CA ]] || refuse "$BROKER_CA: cannot be read"
    if [[ -z $PHONES_FILE && ! -e $ETC/phones.users && $WEB == yes ]]; then
        WEB=no
        warn "no page without --phones, a file of users of that broker for phones, user:password a line"
    fi
}
