/** What a mount point of a kickstart is in an image: its own partition, something else's place, or no place. */
export type MountPoint =
	| {readonly kind: 'root'}
	| {readonly kind: 'esp'}
	| {readonly kind: 'swap'}
	/** Named, but nothing is made for it. */
	| {readonly kind: 'none'; readonly why: string}
	/** `/var`, or below it. */
	| {readonly kind: 'var'; readonly path: string}
	| {readonly kind: 'refused'; readonly expected: string};

/** Folders of an image that are links into /var. */
const links: Readonly<Record<string, string>> = {
	'/home': '/var/home',
	'/opt': '/var/opt',
	'/root': '/var/roothome',
	'/srv': '/var/srv',
	'/usr/local': '/var/usrlocal',
};

const plainRoot = 'one disk, plain or btrfs';

export function mountPoint(name: string): MountPoint {
	const path = name.length > 1 ? name.replace(/\/+$/, '') : name;
	switch (path) {
		case '/':
			return {kind: 'root'};
		case '/boot/efi':
			return {kind: 'esp'};
		case 'swap':
			return {kind: 'swap'};
		case '/boot':
			return {kind: 'none', why: 'kernels are kept on the ESP'};
		case 'biosboot':
			return {kind: 'none', why: 'machines start by UEFI'};
	}
	if (/^(raid|pv|btrfs)\./.test(path)) return {kind: 'refused', expected: plainRoot};
	if (!isNormal(path)) return {kind: 'refused', expected: 'a mount point without . and ..'};
	const link = Object.keys(links).find((link) => path === link || path.startsWith(`${link}/`));
	const real = link === undefined ? path : `${links[link]}${path.slice(link.length)}`;
	if (real === '/var' || real.startsWith('/var/')) return {kind: 'var', path: real};
	return {kind: 'refused', expected: '/, /boot/efi, swap, or a path below /var or /home'};
}

function isNormal(path: string): boolean {
	const parts = path.split('/').slice(1);
	return (
		path.startsWith('/') && parts.every((part) => /^[\w.@+-]+$/.test(part) && !/^\.+$/.test(part))
	);
}
