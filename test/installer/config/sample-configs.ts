/** Configurations that several tests read. */

export const publicKey =
	'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl2N1j5jWLmOU478/xThcY4Oj2Ig/O9sx4iek6lOIvi anna@example.com';

export const sha512Hash =
	'$6$sampleSALT1$sNFLy50kFuUcqoIQQbNtC1O0AQN0/rXX.dS8bdCPVHU041K.wagY3fTcIt1Q24OVVHYgFTdzOi7pCCOwUrqG41';

/** Says something in every table. */
export const fullConfig = `version = 1
unattended = true
disk = [{serial = "S6*", size = ">= 200 GB, < 2 TB", transport = ["nvme"]}, "largest"]
arm = [{serial = "ABC123"}, {mac = "52:54:00:12:34:56"}]

[storage]
layout = "partition"
wipe = true
filesystem = "btrfs"
esp.size = "1 GiB"
root = {min-size = "8 GiB", max-size = "20 GiB"}
swap = "8 GiB"
keep = [{partlabel = "data"}]
replace = [{number = 3}]
mirror = [{path = "/dev/sda", pick = "only"}, {by-id = "ata-*2", empty = true}]

[[storage.extra]]
mountpoint = "/var/home" # the rest
options = ["noatime"]
encrypted = true
[[storage.extra]]
mountpoint = "/var/lib/data"
size = "10 GiB"
filesystem = "xfs"
label = "data"

[storage.encryption]
passphrase = {file = "/run/passphrase"}
tpm2 = {pcrs = [7, 11], pin = {credential = "pin"}}
recovery-key = {save-to = "/run/recovery-key", show = "qr"}

[image]
target = "registry.example.com/myos:latest"
[boot]
kargs = ["quiet", "console=ttyS0,115200"]
timeout = 3
[system]
hostname = "a.example.com"
locale = "de_DE.UTF-8"
keymap = "de-latin1"
timezone = "Europe/Berlin"
ntp = ["ntp.example.com", "192.0.2.1"]
[root]
ssh-keys = ["${publicKey}"]

[[user]]
name = "anna"
gecos = "Anna Example"
uid = 1000
gid = 1000
groups = ["wheel"]
shell = "/bin/bash"
home = "/var/home/anna"
sudo = "password"
password-hash = "${sha512Hash}"
[[group]]
name = "wheel"
gid = 10

[network]
copy-live = false
[[network.interface]]
match = {name = "eth0"}
dhcp = "no"
addresses = ["192.0.2.7/24"]
gateway = ["192.0.2.1"]
dns = ["192.0.2.53"]
search = ["example.com"]
mtu = 1500
vlan = {id = 7}
[[network.interface]]
match = {name = "bond0"}
bond = {members = ["eth1", "eth2"], mode = "802.3ad"}
[[network.interface]]
match = {mac = "52:54:00:12:34:57"}
wifi = {ssid = "example", passphrase = {file = "/run/wifi"}}

[registry]
auth = {credential = "auth"}
ca = ["-----BEGIN CERTIFICATE-----", {file = "/run/ca.pem"}]
policy = {url = "https://example.com/policy.json", sha256 = "${'ab'.repeat(32)}"}
[registry.signing-keys]
"os.pub" = {file = "/run/os.pub"}

[updates]
mode = "stage"
window = "22:00-05:00"
[services]
enable = ["sshd.service"]
disable = ["cups.socket"]
mask = ["tmp.mount"]
[[files]]
path = "/etc/motd"
content = """
hello "you"
"""
[[files]]
path = "/etc/secret"
content = {credential = "secret"}
mode = "0600"
user = "anna"
group = "10"
[credentials]
token = {file = "/run/token"}
[[scripts.post]]
run = "true"
interpreter = "/bin/bash"
timeout = "5min"
required = false
log = "/var/log/post"
[finish]
action = "poweroff"
on-failure = "shell"
eject = true
`;

export const imageBuilderToml = `name = "server"
[customizations]
hostname = "server"
[[customizations.user]]
name = "anna"
description = "Anna"
password = "${sha512Hash}"
key = "${publicKey}"
groups = ["wheel"]
[[customizations.user]]
name = "root"
key = "${publicKey}"
[[customizations.group]]
name = "wheel"
gid = 10
[customizations.kernel]
append = "quiet console=ttyS0"
[customizations.timezone]
timezone = "Europe/Berlin"
ntpservers = ["ntp.example.com"]
[customizations.locale]
languages = ["de_DE.UTF-8"]
keyboard = "de"
[customizations.services]
enabled = ["sshd", "cockpit.socket"]
[[customizations.filesystem]]
mountpoint = "/"
minsize = "10 GiB"
[[customizations.filesystem]]
mountpoint = "/var/data"
minsize = 1073741824
[[customizations.files]]
path = "/etc/motd"
data = "hello"
mode = "0640"
user = 1000
`;

export const bootcToml = `[install]
root-fs-type = "xfs"
kargs = ["console=ttyS0"]
block = ["direct"]
[install.filesystem.root]
type = "btrfs"
`;
