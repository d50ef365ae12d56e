/** Installs what the demo and the tests need on a Debian machine. */
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';

/** Debian packages, and a program or file that tells that each is there. */
const packages: Readonly<Record<string, string>> = {
	podman: '/usr/bin/podman',
	crun: '/usr/bin/crun',
	mmdebstrap: '/usr/bin/mmdebstrap',
	'qemu-system-x86': '/usr/bin/qemu-system-x86_64',
	'qemu-utils': '/usr/bin/qemu-img',
	swtpm: '/usr/bin/swtpm',
	uidmap: '/usr/bin/newuidmap',
	ovmf: '/usr/share/OVMF/OVMF_CODE_4M.fd',
	'grub-pc-bin': '/usr/lib/grub/i386-pc/boot.img',
	'grub-common': '/usr/bin/grub-mkimage',
	mtools: '/usr/bin/mtools',
	dosfstools: '/usr/sbin/mkfs.vfat',
	fdisk: '/usr/sbin/sfdisk',
	e2fsprogs: '/usr/sbin/mke2fs',
	'cryptsetup-bin': '/usr/sbin/cryptsetup',
	xfsprogs: '/usr/sbin/mkfs.xfs',
	'btrfs-progs': '/usr/bin/btrfs',
	fsverity: '/usr/bin/fsverity',
	skopeo: '/usr/bin/skopeo',
	'docker-registry': '/usr/bin/docker-registry',
	umoci: '/usr/bin/umoci',
	xorriso: '/usr/bin/xorriso',
	tmux: '/usr/bin/tmux',
	rpm: '/usr/bin/rpmbuild',
	binutils: '/usr/bin/strip',
	cpio: '/usr/bin/cpio',
	zstd: '/usr/bin/zstd',
	// Node itself needs these two; they also go into the image, beside it.
	libatomic1: '/usr/lib/x86_64-linux-gnu/libatomic.so.1',
	'libstdc++6': '/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
};

function run(command: string, args: readonly string[]): boolean {
	return spawnSync(command, args, {stdio: ['ignore', 'inherit', 'inherit']}).status === 0;
}

/** Nothing happens where all are there. @throws Error when apt cannot install them, naming what is missing */
export function installPackages(): void {
	const missing = Object.keys(packages).filter((name) => !existsSync(packages[name] ?? ''));
	if (missing.length === 0) return;
	console.log(`installing ${missing.join(' ')}`);
	if (process.getuid?.() !== 0) {
		throw new Error(
			`missing on this machine: ${missing.join(' ')}; install them, or run this as root`,
		);
	}
	const install = ['install', '--yes', '--quiet', '--no-install-recommends', ...missing];
	process.env.DEBIAN_FRONTEND = 'noninteractive';
	if (!run('apt-get', ['update', '--quiet']) || !run('apt-get', install)) {
		throw new Error(`apt-get could not install ${missing.join(' ')}; see its words above`);
	}
}
