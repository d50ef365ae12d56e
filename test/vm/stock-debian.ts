/** A stock Debian 13 on a disk file: GRUB on UEFI, ext4 as its installer makes it, users, keys, networkd, podman. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {debianRoot, makeDebianRoot} from '../setup/debian-root.ts';
import {makeDisk} from '../setup/install.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const name = 'stock-trixie';
const espStart = MiB;
const espSize = 512 * MiB;
const rootStart = espStart + espSize;
const diskSize = 8 * GiB;

const packages = [
	...['systemd-sysv', 'udev', 'dbus', 'libpam-systemd', 'linux-image-amd64', 'initramfs-tools'],
	...['grub-efi-amd64-signed', 'openssh-server', 'iproute2', 'sudo', 'podman', 'crun', 'nftables'],
];

/** What makes it a machine that somebody uses. */
export const stockMachine = {
	hostname: 'oldhost',
	machineId: '5a1d0e6b7c8f4a2b9d3e1f0a6b7c8d9e',
	user: 'me',
	uid: 1000,
	rootUuid: '2f6b1a4e-93d7-4c1e-8b52-7a9e0c3d5f11',
	dataLabel: 'data',
} as const;

/** Made once. */
function stockRoot(): string {
	const {hostname, user, uid, rootUuid} = stockMachine;
	const hooks = [
		`echo ${hostname} > "$1/etc/hostname"`,
		`chroot "$1" useradd --create-home --uid ${uid} --groups sudo --shell /bin/bash ${user}`,
		`chroot "$1" ssh-keygen -A`,
		`chroot "$1" su ${user} -c 'mkdir -m 700 ~/.ssh && ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519 && cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys'`,
		`echo 'UUID=${rootUuid} / ext4 errors=remount-ro 0 1' > "$1/etc/fstab"`,
		`printf '[Match]\\nName=en*\\n[Network]\\nDHCP=yes\\n' > "$1/etc/systemd/network/10-lan.network"`,
		`chroot "$1" systemctl enable systemd-networkd`,
	];
	makeDebianRoot(
		'trixie',
		[
			'--variant=apt',
			`--include=${packages.join(',')}`,
			...hooks.map((hook) => `--customize-hook=${hook}`),
		],
		name,
	);
	return debianRoot(name);
}

/** Writes such a disk. @param work a folder for what is needed on the way */
export function makeStockDisk(file: string, work: string): void {
	const root = stockRoot();
	const {machineId, rootUuid} = stockMachine;
	// What makes roots leaves none in them.
	writeFileSync(path.join(root, 'etc/machine-id'), `${machineId}\n`);
	const kernel = readdirSync(path.join(root, 'boot')).find((entry) => entry.startsWith('vmlinuz-'));
	const version = kernel?.slice('vmlinuz-'.length) ?? '';
	mkdirSync(path.join(root, 'boot/grub'), {recursive: true});
	writeFileSync(
		path.join(root, 'boot/grub/grub.cfg'),
		[
			'set timeout=0',
			'menuentry Debian {',
			`linux /boot/vmlinuz-${version} root=UUID=${rootUuid} ro console=ttyS0`,
			`initrd /boot/initrd.img-${version}`,
			'}',
			'',
		].join('\n'),
	);
	makeDisk(file, {size: diskSize});
	execFileSync('sfdisk', ['--quiet', file], {
		input: [
			'label: gpt',
			`start=${espStart / 512}, size=${espSize / 512}, type=U`,
			`start=${rootStart / 512}, type=L`,
			'',
		].join('\n'),
	});
	writeEsp(file, root, work, rootUuid);
	const blocks = Math.floor((diskSize - rootStart - MiB) / 4096);
	execFileSync('mke2fs', [
		...['-q', '-F', '-t', 'ext4', '-b', '4096', '-U', rootUuid, '-d', root],
		...['-E', `offset=${rootStart}`, file, String(blocks)],
	]);
}

function writeEsp(file: string, root: string, work: string, rootUuid: string): void {
	const tree = path.join(work, 'esp');
	const grub = path.join(root, 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed');
	const settings = `search.fs_uuid ${rootUuid} root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n`;
	for (const [place, content] of [
		['EFI/BOOT/BOOTX64.EFI', readFileSync(grub)],
		['EFI/debian/grubx64.efi', readFileSync(grub)],
		['EFI/debian/grub.cfg', settings],
		['EFI/others/keep.txt', 'of another system'],
	] as const) {
		mkdirSync(path.dirname(path.join(tree, place)), {recursive: true});
		writeFileSync(path.join(tree, place), content);
	}
	const image = path.join(work, 'esp.img');
	makeDisk(image, {size: espSize});
	execFileSync('mkfs.vfat', ['-F', '32', image]);
	execFileSync('mcopy', ['-s', '-i', image, path.join(tree, 'EFI'), '::/']);
	execFileSync('dd', [
		'status=none',
		'conv=notrunc,sparse',
		'bs=1M',
		'seek=1',
		`if=${image}`,
		`of=${file}`,
	]);
	rmSync(image);
}

/** A disk with one file in a file system, for a machine to mount. */
export function makeDataDisk(file: string, content: string, work: string): void {
	const tree = path.join(work, 'data');
	mkdirSync(tree, {recursive: true});
	execFileSync('cp', ['--reflink=auto', content, path.join(tree, 'image.tar')]);
	makeDisk(file, {size: 2 * GiB});
	execFileSync('mke2fs', [
		'-q',
		'-F',
		'-t',
		'ext4',
		'-L',
		stockMachine.dataLabel,
		'-d',
		tree,
		file,
	]);
	rmSync(tree, {recursive: true});
}
