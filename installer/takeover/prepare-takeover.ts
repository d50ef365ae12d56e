import path from 'node:path';
import {type BootFile, textFile} from '../../engine/boot/boot-partition.ts';
import {planFirst, type VariableChange} from '../../engine/boot/firmware/firmware-boot.ts';
import type {FirmwareVariables} from '../../engine/boot/firmware/firmware-variables.ts';
import {type EfiArchitecture, placesOnEsp} from '../../engine/boot/systemd-boot-files.ts';
import {parseOsRelease} from '../../engine/deployment/os-release.ts';
import {Refused} from '../../engine/errors.ts';
import {ImageRoot} from '../../engine/lint/image-root.ts';
import type {ImageTree} from '../bootstrap/image-tree.ts';
import type {StateEntry} from '../content.ts';
import {stateFile} from '../deployment-state.ts';
import type {BootContentsBefore} from '../mounted/boot-contents.ts';
import type {BootTarget, BootVolume} from '../mounted/boot-target.ts';
import type {PlannedTakeover} from '../mounted/mounted-plan.ts';
import type {RootTarget} from '../mounted/root-target.ts';
import {throwRefusals} from '../several-refusals.ts';
import type {CarriedKind, CarriedState} from './carry/carried.ts';
import {readCarriedState} from './carry/carry-over.ts';
import {parseFstab} from './carry/fstab.ts';
import {findPreviousBoot, isFallbackOf, previousEntryFile} from './previous-boot.ts';
import {formatPreviousRecord, type PreviousRecord, previousRecordFile} from './previous-record.ts';
import {findTakeoverRefusals} from './takeover-refusals.ts';

export interface TakeoverSource {
	readonly root: RootTarget;
	readonly boot: BootTarget;
	readonly before: BootContentsBefore;
	readonly image: ImageTree;
	readonly kinds: ReadonlySet<CarriedKind>;
	readonly firmware: FirmwareVariables;
	readonly architecture: EfiArchitecture;
	/** Whether the boot loader that the firmware is to start has a signature. */
	readonly isSigned: boolean;
	/** What the firmware's menu calls the new system. */
	readonly title: string;
}

/** What taking over a system adds to an installation. */
export interface PreparedTakeover {
	readonly planned: PlannedTakeover;
	/** Of the kinds that were chosen. */
	readonly states: readonly CarriedState[];
	readonly previousEntry: BootFile;
	/** Whether it has to be on the ESP even where entries are on XBOOTLDR: it names a file there. */
	readonly isEntryOnEsp: boolean;
	readonly changes: readonly VariableChange[];
	readonly record: StateEntry;
}

/** Reads the system that is there, and decides; nothing is changed. @throws Refused */
export async function prepareTakeover(source: TakeoverSource): Promise<PreparedTakeover> {
	const {root, boot, before, image, kinds, firmware, architecture, title} = source;
	const old = new ImageRoot(root.realPath);
	const release = await readRelease(old, root.path);
	const mountPoints = new Set(root.mounts.map((mount) => mount.path));
	const states = await readCarriedState({old, image, mountPoints, kinds});
	const chosen = states.filter(({kind}) => kinds.has(kind));
	const firmwareBoot = firmware.readBoot();
	const evidence = {
		firmware: firmwareBoot,
		selectedEntry: firmware.readSelectedEntry(),
		espUuid: boot.esp?.partition?.uuid,
		fallback: placesOnEsp(architecture).fallback,
		programs: programsOf(before),
		entries: before.entries,
		previousEntry: before.previousEntry,
		unifiedKernels: before.unifiedKernels,
		osId: release.id,
		machineId: (await old.text('/etc/machine-id'))?.trim(),
	};
	const previous = findPreviousBoot(evidence, release.title);
	throwRefusals(
		findTakeoverRefusals({
			title: release.title,
			previous,
			isSecureBoot: firmware.readSecureBoot(),
			isSigned: source.isSigned,
			defaultEntry: firmware.readDefaultEntry(),
		}),
	);
	const {own} = placesOnEsp(architecture);
	return {
		planned: plannedTakeover(release.title, previous.how, states, kinds, own),
		states: chosen,
		previousEntry: textFile(previousEntryFile, previous.entry ?? ''),
		isEntryOnEsp: previous.program !== undefined,
		changes: planFirst(firmwareBoot, {description: title, path: own, esp: identityOf(boot.esp)}),
		record: recordFile({
			version: 1,
			title: release.title,
			keep: namesKept(chosen, (await old.text('/etc/fstab')) ?? ''),
			boot: {
				...(boot.esp?.partition && {esp: boot.esp.partition.uuid}),
				files: [...previous.files],
				hasFallback: isFallbackOf(previous, evidence.fallback, before.fallbackTwins),
			},
		}),
	};
}

/** Of the old root, folders that the new system mounts, and all subvolumes that the old one had somewhere. */
function namesKept(states: readonly CarriedState[], fstab: string): string[] {
	const folders = states.flatMap(({answers}) => answers.keeps ?? []);
	const subvolumes = parseFstab(fstab)
		.flatMap(({options}) => options)
		.flatMap((option) => /^subvol=\/*([^/]+)/.exec(option)?.[1] ?? []);
	return [...new Set([...folders, ...subvolumes])];
}

async function readRelease(
	old: ImageRoot,
	folder: string,
): Promise<{title: string; id: string | undefined}> {
	const text = (await old.text('/etc/os-release')) ?? (await old.text('/usr/lib/os-release'));
	if (text === undefined || (await old.followed('/etc/passwd')) === undefined)
		throw new Refused(
			'no-system',
			`${folder} has no ${text === undefined ? '/etc/os-release' : '/etc/passwd'}, so it is not the root of a system`,
			{hint: 'Hand in the root of the system that runs here: podman run -v /:/target.'},
		);
	return {
		title: parseOsRelease(text).prettyName,
		id: /^ID="?([a-z0-9._-]+)"?$/m.exec(text)?.[1],
	};
}

function plannedTakeover(
	title: string,
	starts: string,
	states: readonly CarriedState[],
	kinds: ReadonlySet<CarriedKind>,
	own: string,
): PlannedTakeover {
	return {
		title,
		starts,
		carries: states.map(({kind, taken, left}) => ({
			kind,
			isChosen: kinds.has(kind),
			taken,
			left,
		})),
		firmware: `starts ${own} first, then what it started before`,
	};
}

function recordFile(record: PreviousRecord): StateEntry {
	return stateFile(previousRecordFile, Buffer.from(formatPreviousRecord(record)));
}

function programsOf({programs, places}: BootContentsBefore) {
	return programs.map((program) => {
		const place = places.find((one) => one.path.toLowerCase() === program.toLowerCase());
		const content = place?.content;
		return {
			path: path.normalize(program),
			isSystemdBoot: typeof content === 'object' && content.systemdBoot !== undefined,
		};
	});
}

function identityOf(esp: BootVolume | undefined) {
	const partition = esp?.partition;
	if (esp === undefined || partition === undefined)
		throw new Refused(
			'no-esp',
			'the EFI system partition is no partition that the firmware could name',
			{
				hint: 'Put it into the GPT of the disk.',
			},
		);
	const {number, start, size, uuid} = partition;
	return {number, start: start / esp.sectorSize, size: size / esp.sectorSize, uuid};
}
