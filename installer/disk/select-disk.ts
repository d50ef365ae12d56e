import {Refused} from '../../engine/errors.ts';
import {printableText} from '../../engine/tree/printable.ts';
import type {DiskSelector} from '../answers/answers.ts';
import type {DiskCandidate} from './candidates.ts';
import {matchesGlob} from './glob.ts';
import {formatSize} from './size.ts';

export type DiskChoice =
	| {readonly kind: 'chosen'; readonly disk: DiskCandidate}
	/** No selector matches a disk that can be taken, or one does several. */
	| {readonly kind: 'none' | 'several'; readonly lost: readonly LostDisk[]};

export interface LostDisk {
	readonly disk: DiskCandidate;
	/** For people, on one line. */
	readonly why: string;
}

/** The disk that the first selector with a match names. @param selectors at least one */
export function selectDisk(
	selectors: readonly DiskSelector[],
	candidates: readonly DiskCandidate[],
): DiskChoice {
	for (const selector of selectors) {
		const matching = candidates.filter((disk) => whyNot(selector, disk).length === 0);
		const [first, second] = pickedOf(selector, matching);
		if (first === undefined) continue;
		if (second === undefined) return {kind: 'chosen', disk: first};
		return {kind: 'several', lost: candidates.map((disk) => lose(disk, selector, matching))};
	}
	return {
		kind: 'none',
		lost: candidates.map((disk) => ({
			disk,
			why: [...new Set(selectors.map((selector) => whyNot(selector, disk).join(', ')))].join('; '),
		})),
	};
}

/**
 * The same for an installation that ends without it.
 * @throws Refused `no-disk` or `several-disks`, with each disk and why it was not taken
 */
export function selectedDisk(
	selectors: readonly DiskSelector[],
	candidates: readonly DiskCandidate[],
): DiskCandidate {
	const choice = selectDisk(selectors, candidates);
	if (choice.kind === 'chosen') return choice.disk;
	const table = choice.lost.map(({disk, why}) => `${describeCandidate(disk)}: ${why}`).join('; ');
	if (choice.kind === 'several')
		throw new Refused('several-disks', `several disks are what is asked for: ${table}`, {
			hint: 'Name one by its serial or by-id, or say pick = "smallest" or "largest".',
		});
	throw new Refused(
		'no-disk',
		table === '' ? 'there is no disk' : `no disk is what is asked for: ${table}`,
		{hint: 'Change what the disk is selected by, or name one on the command line.'},
	);
}

/** `/dev/sda (ST4000VN008, 3.6 TiB, sata, serial ZGY0)`. */
export function describeCandidate({path, model, size, transport, serial}: DiskCandidate): string {
	const facts = [model, formatSize(size), transport, serial && `serial ${serial}`];
	const shown = facts.flatMap((fact) => (fact === undefined ? [] : printableText(fact)));
	return `${path} (${shown.join(', ')})`;
}

/** Those that are left when the smallest or largest was picked; several when they are as large. */
function pickedOf({pick}: DiskSelector, disks: readonly DiskCandidate[]): readonly DiskCandidate[] {
	if (pick === 'only') return disks;
	const sizes = disks.map(({size}) => size);
	const wanted = pick === 'smallest' ? Math.min(...sizes) : Math.max(...sizes);
	return disks.filter(({size}) => size === wanted);
}

function lose(
	disk: DiskCandidate,
	selector: DiskSelector,
	matching: readonly DiskCandidate[],
): LostDisk {
	const faults = whyNot(selector, disk);
	if (faults.length > 0) return {disk, why: faults.join(', ')};
	const isPicked = pickedOf(selector, matching).includes(disk);
	if (!isPicked) return {disk, why: `matches, but is not the ${selector.pick}`};
	const rule = selector.pick === 'only' ? 'and so do others' : 'and is as large as others';
	return {disk, why: `matches, ${rule}`};
}

/** All that keeps a selector from a disk. */
function whyNot(selector: DiskSelector, disk: DiskCandidate): string[] {
	const refusals = disk.refusals.map(({message}) => message);
	return refusals.length > 0 ? refusals : faultsOf(selector, disk);
}

function faultsOf(selector: DiskSelector, disk: DiskCandidate): string[] {
	const {path, byId, byPath, transport, rotational, empty} = selector;
	const names = (folder: string) => namesBelow(disk, folder);
	return [
		fault(
			path === undefined || path === disk.path || disk.links.includes(path),
			`it is not ${path}`,
		),
		globFault('by-id', byId, names('by-id')),
		globFault('by-path', byPath, names('by-path')),
		globFault('serial', selector.serial, [disk.serial]),
		globFault('WWN', selector.wwn, [disk.wwn]),
		globFault('model', selector.model, [disk.model]),
		globFault('vendor', selector.vendor, [disk.vendor]),
		...sizeFaults(selector.size ?? {}, disk.size),
		fault(
			transport === undefined || transport.includes(disk.transport ?? ''),
			`its transport is ${disk.transport ?? 'unknown'}`,
		),
		fault(
			rotational === undefined || rotational === disk.isRotational,
			disk.isRotational ? 'it rotates' : 'it does not rotate',
		),
		removableFault(selector, disk),
		fault(
			empty === undefined || empty === disk.isEmpty,
			disk.isEmpty ? 'it is empty' : `it holds data: ${disk.content}`,
		),
	].flatMap((text) => text ?? []);
}

function fault(isRight: boolean, text: string): string | undefined {
	return isRight ? undefined : text;
}

function globFault(
	what: string,
	glob: string | undefined,
	values: readonly (string | undefined)[],
): string | undefined {
	const known = values.filter((value) => value !== undefined);
	if (glob === undefined || known.some((value) => matchesGlob(value, glob))) return undefined;
	const [first] = known;
	return first === undefined ? `it has no ${what}` : `its ${what} is ${printableText(first)}`;
}

function sizeFaults(
	{least, most}: NonNullable<DiskSelector['size']>,
	size: number,
): (string | undefined)[] {
	return [
		fault(least === undefined || size >= least, `it has only ${formatSize(size)}`),
		fault(most === undefined || size <= most, `it has ${formatSize(size)}`),
	];
}

/** A stick that happens to be there is nobody's choice; one that is named by its path or bus is. */
function removableFault(
	{removable, path, transport}: DiskSelector,
	{isRemovable}: DiskCandidate,
): string | undefined {
	if (removable !== undefined) return fault(removable || !isRemovable, 'it is removable');
	const isNamed = path !== undefined || transport?.includes('usb') === true;
	return fault(!isRemovable || isNamed, 'it is removable, and removable = true was not said');
}

function namesBelow({links}: DiskCandidate, folder: string): string[] {
	const start = `/dev/disk/${folder}/`;
	return links.filter((link) => link.startsWith(start)).map((link) => link.slice(start.length));
}
