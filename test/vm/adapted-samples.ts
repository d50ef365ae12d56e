/** Samples of kickstarts as they can be installed on the machines of tests: their own text, but for what is named. */
import {readFileSync} from 'node:fs';
import path from 'node:path';

const fixtures = path.join(import.meta.dirname, '../fixtures');

/** What is replaced in a sample, by the reason for it; a piece alone is left out. */
export type Adaptations = Readonly<Record<string, readonly [piece: string, instead?: string]>>;

/** @throws when the sample has not, or not any more, what is to be replaced */
export function adaptedSample(name: string, adaptations: Adaptations): string {
	let text = readFileSync(path.join(fixtures, 'kickstart', name), 'utf8');
	for (const [reason, [piece, instead = '']] of Object.entries(adaptations)) {
		if (!text.includes(piece)) throw new Error(`${name} has nothing to adapt because ${reason}`);
		text = text.replaceAll(piece, () => instead);
	}
	return text;
}

const opsKey =
	'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMzH1ZsnRbsBc3xJA8UvpdewMTZ1UFgzBXagIJ6203er ops@example.test';
const leanLanguage = 'the lean image speaks no language';
const ownKey = 'nobody has the private half of the key';

/** Of 01, for the lean image. @param key a public one */
export const minimalWipe = (key: string): Adaptations => ({
	[leanLanguage]: ['lang en_US.UTF-8', 'lang C.UTF-8'],
	[ownKey]: [opsKey, key],
});

/** Of 03, for the full image; which disk it is, the command line says. @param key a public one */
export const explicitServer = (key: string): Adaptations => ({
	'the image has no service that asks time servers': [
		`timesource --ntp-server=ntp1.example.test --nts
timesource --ntp-server=ntp2.example.test
`,
	],
	'the machine does not boot from the network': [
		'network --device=bootif --bootproto=dhcp --activate --onboot=yes\n',
	],
	'the machine has one interface': [
		'network --device=bond0 --bondslaves=ens5,ens6 --bondopts=mode=active-backup;primary=ens5 --bootproto=dhcp --nodefroute --no-activate\n',
	],
	'the image is the one that runs': [
		'ostreecontainer --stateroot=default --transport=registry --url=registry.example.test/os/server:stable\n',
	],
	'the disk has 4 GiB, and further partitions are a matter of their own': [
		`reqpart --add-boot
part swap --recommended --ondisk=/dev/disk/by-id/wwn-0x5000c500a1b2c3d4
part /    --fstype=xfs  --size=20480 --label=root --ondisk=/dev/disk/by-id/wwn-0x5000c500a1b2c3d4
part /var --fstype=xfs  --size=20480 --grow --maxsize=512000 --fsoptions="noatime,nodev" --mkfsoptions="-m reflink=1" --ondisk=/dev/disk/by-id/wwn-0x5000c500a1b2c3d4
`,
		'autopart --type=plain --fstype=xfs --noswap\n',
	],
	'how long the boot loader waits is not for the installer to say yet': [' --timeout=3'],
	[ownKey]: [opsKey, key],
	'the image has no firewall': [
		'firewall --enabled --ssh --service=postgresql --port=9187:tcp --trust=bond0\n',
	],
	'the image has other services': [
		'services --disabled=cups,avahi-daemon --enabled=sshd,node_exporter',
		'services --disabled=e2scrub_reap,fstrim.timer --enabled=ssh',
	],
	'the image has no Python': [
		`%post --nochroot --interpreter=/usr/bin/python3
import shutil
shutil.copy("/run/installer/install.log", "/mnt/sysimage/var/log/install.log")
%end
`,
	],
});

/** Of 05, for the lean image in a live system. @param key a public one */
export const dynamicInclude = (key: string): Adaptations => ({
	'nothing is there to be fetched': ['%ksappend https://config.example.test/common/site-ca.ks\n'],
	[leanLanguage]: ['lang en_US\n', 'lang C.UTF-8\n'],
	'the lean image has no keymaps': ['keyboard us\n'],
	'the interface is known by its address': ['--device=link', `--device=${machineMac}`],
	[ownKey]: [opsKey, key],
	'the image has no SELinux': ['selinux --permissive\n'],
	'disks of tests are smaller': ['$2>60e9', '$2>4e9'],
	'the certificate is none': ['c2FtcGxlIG9ubHksIG5vdCBhIHJlYWwgY2VydGlmaWNhdGU=', siteCertificate],
	'the image has no Python': [
		`%traceback --interpreter=/usr/bin/python3
print("installer crashed")
%end
`,
	],
});

/** What QEMU gives the first interface, and 03 happens to name. */
export const machineMac = '52:54:00:12:34:56';

/** The body of a certificate that is one. */
export const siteCertificate: string = readFileSync(path.join(fixtures, 'tls/ca.crt'), 'utf8')
	.replace(/-----.*-----\n/g, '')
	.trim();
