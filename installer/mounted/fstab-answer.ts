import {Refused} from '../../engine/errors.ts';
import {isAtOrBelow} from '../../engine/source/tree-path.ts';
import type {Answers} from '../answers/answers.ts';
import {byteString} from '../bootstrap/byte-string.ts';
import type {ImageTree} from '../bootstrap/image-tree.ts';
import {formatFstabLine} from '../takeover/carry/fstab.ts';
import type {BootTarget, BootVolume} from './boot-target.ts';
import type {RootTarget} from './root-target.ts';

const fstab = '/etc/fstab';

/** Answers with lines behind those of the image's fstab; one that was given stays as it is. */
export function withFstab(answers: Answers, image: ImageTree, lines: readonly string[]): Answers {
	if (lines.length === 0 || answers.files.some(({path}) => path === fstab)) return answers;
	const own = (image.text(fstab) ?? '').split('\n').filter((line) => line !== '');
	const text = [...own, ...lines, ''].join('\n');
	const file = {
		path: fstab,
		content: {kind: 'text', text},
		mode: 0o644,
		user: '0',
		group: '0',
	} as const;
	return {...answers, files: [...answers.files, file]};
}

/**
 * Lines for boot partitions that systemd does not find by itself, or that somebody names. A device node is
 * one of this system alone: it gives way to a UUID.
 */
export function bootFstab(
	{esp, xbootldr}: BootTarget,
	image: ImageTree,
	spec: string | undefined,
): string[] {
	const line = (source: string, place: string) => `${source} ${place} vfat umask=0077 0 2`;
	const boot = xbootldr ?? esp;
	if (boot === undefined || (spec === undefined && boot.isFound)) return [];
	const isLasting = spec !== undefined && !spec.startsWith('/dev/');
	const lines = [line(isLasting ? spec : sourceOf(boot), '/boot')];
	if (esp !== undefined && xbootldr !== undefined && image.isDirectory('/efi'))
		lines.push(line(sourceOf(esp), '/efi'));
	return lines;
}

const sourceOf = ({signature}: BootVolume): string => `UUID=${signature?.uuid ?? ''}`;

export interface OtherMount {
	/** In the root that is installed to: `/srv`. */
	readonly path: string;
	readonly type: string;
	readonly uuid: string;
}

/**
 * Lines for further file systems that are mounted below a root. The system can do without them, but for
 * homes: a disk that is missing later is no reason not to start.
 */
export function otherFstab(mounts: readonly OtherMount[], image: ImageTree): string[] {
	return mounts.map(({path, type, uuid}) => {
		const place = image.resolve(byteString(path)) ?? path;
		return formatFstabLine({
			source: `UUID=${uuid}`,
			place: Buffer.from(place, 'latin1').toString(),
			type,
			options: [/^(\/var)?\/home$/.test(place) ? 'defaults' : 'nofail'],
			rest: ['0', '2'],
		});
	});
}

/** Of those whose place cannot be made, since the root of the new system is read-only. */
export function refusalsOfPlaces(mounts: readonly OtherMount[], image: ImageTree): Refused[] {
	return mounts
		.filter(({path}) => {
			const place = image.resolve(byteString(path));
			return place === undefined || !(isAtOrBelow(place, '/var') || image.isDirectory(place));
		})
		.map(
			({path}) =>
				new Refused('no-place', `the image has no folder ${path} for what is mounted there`, {
					hint: 'Unmount it, mount it below var, or make the folder in the image.',
				}),
		);
}

/** Names of mounts below a root that are none of the boot partitions, nor /var. */
export function otherMounts(
	{mounts}: Pick<RootTarget, 'mounts'>,
	{esp, xbootldr}: BootTarget,
): RootTarget['mounts'] {
	const boot = [esp?.place, xbootldr?.place];
	return mounts.filter(
		({path, source}) => source.startsWith('/dev/') && !boot.includes(path) && path !== '/var',
	);
}
