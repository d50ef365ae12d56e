/** A disk image: the image that runs here, installed on a sparse file instead of a disk. */
import {truncateSync} from 'node:fs';
import {UsageError} from '../../engine/errors.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../answers/answers.ts';
import {decideInstall, targetOptions} from '../decide-install.ts';
import type {Firmware} from '../disk/firmware.ts';
import {minimumDiskSize, tooSmall} from '../disk/layout.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import {alignUp, GiB, MiB} from '../disk/size.ts';
import {checkSettings, type InstallOptions} from '../install-options.ts';
import {inspectTarget} from '../install-target.ts';
import {type FitImage, type PreparedInstall, prepareInstall} from '../prepare-install.ts';
import {readAnswers} from '../read-answers.ts';
import {type RunOutcome, runPlan} from '../run-plan.ts';
import {throwRefusals} from '../several-refusals.ts';
import type {ImageMoment} from './image-moment.ts';
import {refusalsOfUnfit} from './unfit-answers.ts';

/** What a person asks of a disk image. */
export interface DiskImageOptions {
	/** Bytes; what the content needs, and sensible room, when undefined. */
	readonly size: number | undefined;
	/** The size is made a multiple of it where nobody gave one, and has to be one where somebody did. */
	readonly sizeMultiple: number;
	/** Of the disk that the file is an image of. */
	readonly sectorSize: 512 | 4096;
	readonly rootFileSystem: RootFileSystem | undefined;
	/** What is to start the disk; as the answers say, or UEFI, when undefined. */
	readonly firmware: Firmware | undefined;
	readonly targetImage: string | undefined;
	readonly kernelArguments: readonly string[];
	readonly answers: Answers;
	readonly signal: AbortSignal;
}

/** All checked; only the file is to be made. */
export interface PreparedDisk {
	/** Bytes. */
	readonly size: number;
	/** Bytes of what will be on it, about. */
	readonly contentSize: number;
	/** What starts it. */
	readonly firmware: Firmware;
	/**
	 * Makes an empty file a sparse one with all of the disk in it.
	 * @throws OperationFailed with a file that is of no use
	 */
	write(file: string, report: ProgressReporter): Promise<RunOutcome>;
}

/**
 * Checks all that can be checked before anything is written.
 * @throws Refused `not-for-disk-images` for what a disk image cannot honour, `too-small`, and what an
 * installation throws
 */
export async function prepareDisk(
	system: System,
	options: DiskImageOptions,
	image: FitImage,
	moment: ImageMoment,
	report: ProgressReporter,
): Promise<PreparedDisk> {
	const {answers, sectorSize, signal} = options;
	const asked = asInstallation(options);
	const given = checkSettings(asked, 'disk');
	throwRefusals(refusalsOfUnfit(answers));
	const contents = await readAnswers(options, report);
	const prepared = await prepareInstall(system, asked, {given, contents}, image, {
		place: 'disk image',
		diskSize: options.size ?? 0,
		// What would follow from these is refused.
		memory: 0,
		sealed: new Map(),
		seed: moment.seed,
		now: moment.time,
		isMadeElsewhere: true,
	});
	throwRefusals(prepared.problems);
	const size = diskSize(options, minimumDiskSize({...prepared.needed, sectorSize}));
	return {
		size,
		contentSize: prepared.needed.sizes.rootBytes + prepared.needed.sizes.bootBytes,
		firmware: asked.firmware,
		write: async (file, progress) => {
			truncateSync(file, size);
			return await fill(system, {...asked, disk: file}, prepared, signal, progress);
		},
	};
}

/** A machine starts with some hundreds of MiB to spare, and grows into its disk. */
const sensibleRoom = GiB;
const sizeStep = 256 * MiB;

function diskSize({size, sizeMultiple}: DiskImageOptions, needed: number): number {
	if (size === undefined) return alignUp(alignUp(needed + sensibleRoom, sizeStep), sizeMultiple);
	if (size < needed) {
		const hint = 'Give more with --size, or leave that out for what the image needs.';
		throw tooSmall('the disk image', needed, size, hint);
	}
	if (size % MiB !== 0)
		throw new UsageError(`a disk of ${size} bytes ends within a MiB`, {
			hint: 'Give --size in whole MiB, such as "20 GiB".',
		});
	return size;
}

async function fill(
	system: System,
	options: InstallOptions,
	prepared: PreparedInstall,
	signal: AbortSignal,
	report: ProgressReporter,
): Promise<RunOutcome> {
	const target = await inspectTarget(system, targetOptions(options));
	const run = await decideInstall(system, options, prepared, target, report);
	return await runPlan(system, run, signal, report);
}

function asInstallation({
	answers,
	...options
}: DiskImageOptions): InstallOptions & {readonly firmware: Firmware} {
	const {storage, image, boot} = answers;
	return {
		...options,
		disk: '',
		mirror: [],
		wipe: false,
		targetImage: options.targetImage ?? image.target,
		rootFileSystem: options.rootFileSystem ?? storage.fileSystem,
		espSize: storage.espSize,
		firmware: options.firmware ?? boot.firmware ?? 'uefi',
		configKernelArguments: boot.kernelArguments,
		answers,
		showsRecoveryKey: false,
		dryRun: false,
	};
}
