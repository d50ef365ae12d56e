import {findGrub} from '../engine/boot/grub/read-images.ts';
import type {EngineError} from '../engine/errors.ts';
import {isLiveSystem} from '../engine/source/live-root.ts';
import type {HashAhead} from '../engine/store/hash-ahead.ts';
import type {System} from '../engine/system/system.ts';
import {hostArchitecture} from './architecture.ts';
import {ImageTree} from './bootstrap/image-tree.ts';
import {plannedBootstrap} from './bootstrap/plan-bootstrap.ts';
import type {SealedCredentials} from './bootstrap/seal-credentials.ts';
import type {ReadContents} from './bootstrap/source-contents.ts';
import {type DescribedSystem, describeSystem, type SystemRequest} from './describe-system.ts';
import {startsByBios} from './disk/firmware.ts';
import type {RootFileSystem} from './disk/layout-settings.ts';
import type {StorageWishes} from './disk/storage-wishes.ts';
import type {InstallFiles} from './install-files.ts';
import type {GivenSettings, InstallOptions} from './install-options.ts';
import type {NeededRoom} from './install-target.ts';
import {readLiveNetwork} from './live/read-network.ts';
import {usualFirmware} from './machine/usual-firmware.ts';
import {rootOverhead} from './plan.ts';
import {type PreparedRoot, prepareRoot} from './prepare-root.ts';
import {checkPrograms} from './programs.ts';
import type {ReadableImage} from './readable-image.ts';
import {plannedScripts} from './scripts/planned-scripts.ts';
import {findScriptProblems} from './scripts/script-problems.ts';
import {prepareSelf, provisionalSelf, type UnhashedSelf} from './self-image.ts';
import {storageArguments, wishedStorage} from './wished-storage.ts';

/** What was asked for, read. */
export interface AskedFor {
	readonly given: GivenSettings;
	readonly contents: ReadContents;
}

/** An image that makes a machine, and its files that say how. */
export interface FitImage extends ReadableImage {
	readonly files: InstallFiles;
}

/** What an installation depends on besides image and answers. */
export interface Circumstances {
	/** How much of the disk it gets, for people. */
	readonly place: string;
	/** Bytes of the disk; 0 where it is not known. */
	readonly diskSize: number;
	/** Bytes of memory of the machine. */
	readonly memory: number;
	/** Credentials that only this machine can read. */
	readonly sealed: SealedCredentials;
	/** All identifiers of the machine follow from it. */
	readonly seed: string;
	readonly now: Date;
	/** See {@link SystemRequest}. */
	readonly isMadeElsewhere: boolean;
	/** Hashes files of the image meanwhile. */
	readonly ahead?: HashAhead;
}

/** All that is decided before the disk is looked at for good. */
export interface PreparedInstall {
	readonly unhashed: UnhashedSelf;
	readonly request: Omit<SystemRequest, 'self'>;
	/** Mistakes in the answers that only the image tells. */
	readonly problems: readonly EngineError[];
	readonly wishes: StorageWishes;
	readonly onDisk: PreparedRoot;
	/** With made-up digests, and as large as it is when no two files are the same. */
	readonly rough: DescribedSystem;
	/** Of that. */
	readonly needed: NeededRoom;
}

/** Reads the image but for the contents of its files. @throws Refused when it makes no machine */
export async function prepareInstall(
	system: System,
	options: InstallOptions,
	{given, contents}: AskedFor,
	{tree, view, environment, layers, files}: FitImage,
	{place, diskSize, memory, sealed, seed, now, isMadeElsewhere, ahead}: Circumstances,
): Promise<PreparedInstall> {
	const architecture = hostArchitecture();
	const rootFileSystem = options.rootFileSystem ?? files.layout.rootFileSystem;
	const firmware = options.firmware ?? usualFirmware(architecture.partition);
	const espSize = options.espSize ?? files.layout.espSize;
	const layout = {rootFileSystem, espSize, firmware};
	const grub = startsByBios(firmware) ? await findGrub(view) : undefined;
	const {storage, scripts} = options.answers;
	const wished = wishedStorage(storage, {memory, diskSize});
	const wishes = {...wished, rootIsLast: isMadeElsewhere};
	const hasOwnSize = (wished.root.size ?? wished.root.most) !== undefined;
	checkPrograms({
		fileSystems: [rootFileSystem, ...otherFileSystems(wishes)],
		encrypts: storage.encryption !== undefined && !isMadeElsewhere,
		mirrors: options.mirror.length > 0,
	});
	const onDisk = await prepareRoot(system, {
		...{options, contents, seed, image: view, files, isMadeElsewhere},
	});
	const unhashed = await prepareSelf(tree, environment, ahead);
	const bootstrap = plannedBootstrap({
		answers: options.answers,
		image: new ImageTree(tree.root, unhashed.sources),
		contents,
		sealed,
		liveNetwork: isLiveSystem() ? readLiveNetwork() : undefined,
		contexts: unhashed.deployment.contexts,
		now,
	});
	const items = [...bootstrap.items, ...plannedScripts(scripts)];
	const kernelArguments = [...given.kernelArguments, ...storageArguments(storage, seed)];
	const request = {
		...{files, layout, grub, architecture, now, place, layers, isMadeElsewhere, hasOwnSize},
		given: {...given, kernelArguments},
		rootArguments: onDisk.kernelArguments,
		bootstrap: {...bootstrap, items},
	};
	const problems = [
		...onDisk.problems,
		...bootstrap.problems,
		...findScriptProblems(system, scripts, rootFileSystem),
	];
	const rough = describeSystem({...request, self: provisionalSelf(unhashed)});
	const needed = {
		sizes: rough.sizes,
		settings: layout,
		wishes,
		architecture: architecture.partition,
		rootOverhead: rootOverhead(onDisk),
		seed,
	};
	return {unhashed, request, problems, wishes, onDisk, rough, needed};
}

/** File systems of further partitions that are made, where they are said. */
export function otherFileSystems({further}: StorageWishes): readonly RootFileSystem[] {
	return further.flatMap(({fileSystem, existing}) =>
		fileSystem === undefined || existing?.format === false ? [] : fileSystem,
	);
}
