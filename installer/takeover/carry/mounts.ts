import {isAtOrBelow} from '../../../engine/source/tree-path.ts';
import {byteString} from '../../bootstrap/byte-string.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import {type CarriedState, type CarrySource, homesFolder} from './carried.ts';
import {type FstabLine, formatFstabLine, parseFstab} from './fstab.ts';
import {readHomes} from './homes.ts';

/** Of the system itself: the new one has its own. */
const systemPlaces =
	/^\/($|(boot|efi|usr|etc|bin|sbin|lib\d*|dev|proc|sys|run|tmp)(\/|$)|(var|var\/tmp|root|opt)$)/;
/** Not of a disk or another machine. */
const madeUpTypes = /^(proc|sysfs|tmpfs|devpts|devtmpfs|cgroup2?|debugfs|overlay|swap|autofs)$/;
/** What mount(8) needs no program for. */
const kernelTypes =
	/^(auto|ext[234]|xfs|btrfs|f2fs|vfat|msdos|exfat|ntfs3|iso9660|udf|hfsplus|jfs|bcachefs|erofs|squashfs|9p)$/;
/** Names that lead to the same file system at every boot and need nothing that is assembled first. */
const plainSource = /^((PART)?(UUID|LABEL)=|\/dev\/(disk\/by-|sd|vd|nvme|mmcblk|xvd))/;

/** Data disks and shares of /etc/fstab, mounted where the image has their places. */
export async function carryMounts({old, image, mountPoints}: CarrySource): Promise<CarriedState> {
	const lines = parseFstab((await old.text('/etc/fstab')) ?? '');
	const taken: string[] = [];
	const left: string[] = [];
	const fstab: string[] = [];
	const covers: string[] = [];
	for (const line of lines) {
		if (systemPlaces.test(line.place) || madeUpTypes.test(line.type)) {
			if (line.place === '/var')
				left.push('/var of the system before: its content is not that of the image');
			continue;
		}
		const isOfHomes = isAtOrBelow(line.place, homesFolder);
		const reason =
			isOfHomes && !mountPoints.has(line.place)
				? 'it is not mounted, so that nobody knows whose homes it has'
				: whyNot(line, image);
		const place = image.resolve(byteString(line.place)) ?? line.place;
		if (reason === undefined) {
			const options = isOfHomes ? line.options : optional(line.options);
			fstab.push(
				formatFstabLine({...line, options, place: Buffer.from(place, 'latin1').toString()}),
			);
			taken.push(`${line.source} on ${line.place}`);
			if (isOfHomes) covers.push(line.place);
		} else left.push(`${line.source} on ${line.place}: ${reason}`);
	}
	const homes = await readHomes(old, await homesIn(covers, {old, mountPoints}));
	return {kind: 'mounts', taken, left, answers: {fstab, covers, homes}};
}

/** A disk that is not plugged in, or that the kernel of the image does not know, is no reason not to start. */
function optional(options: readonly string[]): string[] {
	if (options.includes('nofail')) return [...options];
	return [...options.filter((option) => option !== 'defaults'), 'nofail'];
}

async function homesIn(
	covers: readonly string[],
	{old, mountPoints}: Pick<CarrySource, 'old' | 'mountPoints'>,
): Promise<string[]> {
	const places = covers.filter((place) => place !== homesFolder);
	if (places.length === covers.length) return places;
	const names = (await old.list(homesFolder)).map((name) => `${homesFolder}/${name}`);
	return [...places, ...names.filter((place) => !mountPoints.has(place))];
}

function whyNot({source, place, type, options}: FstabLine, image: ImageTree): string | undefined {
	const isShare = /^(nfs4?|cifs|fuse(\..*)?|sshfs|9p|ceph|glusterfs)$/.test(type);
	const helper = `/usr/sbin/mount.${type}`;
	const needsHelper = !kernelTypes.test(type);
	if (options.some((option) => /^r?bind$/.test(option))) return 'it is a folder mounted elsewhere';
	if (needsHelper && !image.isFile(helper)) return `the image has no ${helper}`;
	if (!isShare && !plainSource.test(source))
		return 'it needs volumes (LVM, LUKS, MD) that slipway does not set up';
	const resolved = image.resolve(byteString(place));
	if (resolved === undefined) return 'its place is a link in a circle';
	if (resolved.startsWith('/var/') || image.isDirectory(resolved)) return undefined;
	return `the image has no folder ${place}`;
}
