import {readFileSync, rmSync, statSync} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import path from 'node:path';
import {DamagedInput, Refused, UsageError} from '../../../engine/errors.ts';
import type {ProgressReporter} from '../../../engine/progress.ts';
import type {System} from '../../../engine/system/system.ts';
import type {FileSource} from '../../content.ts';
import {startsByUefi} from '../../disk/firmware.ts';
import {partitionTypes} from '../../disk/partition-types.ts';
import {readPartitionTable} from '../../disk/sfdisk.ts';
import {configInitramfs, type MediumConfig} from '../../live/medium-config.ts';
import type {MediumEffect} from '../../live/medium-effect.ts';
import {byteProgress} from '../../sink/byte-progress.ts';
import {makeScratch} from '../scratch.ts';
import {copyRange} from './copy-range.ts';
import {blockSize} from './field-encoding.ts';
import type {Region} from './iso-layout.ts';
import {configRoom, espPaths, type LiveEsp, programOnEsp, writeEsp} from './live-esp.ts';
import {effectOf, parseMediumSettings} from './medium-settings.ts';
import {descriptorsAt, readApplication} from './volume-descriptors.ts';
import {mediumApplication} from './write-iso.ts';

/** What becomes different; what is undefined stays as the medium has it. */
export interface MediumChanges {
	/** In place of any that the medium has; `none`: it has none then. */
	readonly config: MediumConfig | 'none' | undefined;
	/** In place of any that were added when it was made or customised; checked already. */
	readonly kernelArguments: readonly string[] | undefined;
}

/**
 * Makes a copy of a live medium that is told something else, without the image that it was made of. The copy is
 * the same as if the medium had been made with that.
 * @param from an ISO that `writeIso` made
 * @param to which is empty; temporary files come beside it
 * @throws UsageError when `from` is not there
 * @throws Refused `not-a-live-medium`, `other-medium-format`, `config-too-large` before anything is written
 * @returns what the copy does
 * @throws DamagedInput
 */
export async function customizeIso(
	system: System,
	from: string,
	changes: MediumChanges,
	to: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<MediumEffect> {
	await using original = await openMedium(from);
	const size = (await original.stat()).size;
	const region = await findEsp(system, from, size);
	const given = changes.config === 'none' ? undefined : changes.config;
	const config = given && configBytes(given);
	const scratch = await makeScratch(to);
	try {
		const esp = changed(await readEsp(system, from, region, scratch), changes, config);
		await copyWithout(original, size, region, to, report, signal);
		signal.throwIfAborted();
		await writeEsp(system, to, region, esp, report);
		return effectOf(esp.settings);
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

async function openMedium(file: string): Promise<FileHandle> {
	if (!statSync(file, {throwIfNoEntry: false})?.isFile())
		throw new UsageError(`${file} is no file that is there`, {
			hint: 'Name an ISO that slipway disk --format iso made.',
		});
	const handle = await open(file);
	try {
		await checkMedium(handle, file);
		return handle;
	} catch (error) {
		await handle.close();
		throw error;
	}
}

async function checkMedium(handle: FileHandle, file: string): Promise<void> {
	const {buffer} = await handle.read(
		Buffer.alloc(blockSize),
		0,
		blockSize,
		descriptorsAt * blockSize,
	);
	const application = readApplication(buffer);
	if (application === mediumApplication) return;
	if (application !== undefined && /^SLIPWAY LIVE MEDIUM \d+$/.test(application))
		throw new Refused('other-medium-format', `${file} was made by another version of slipway`, {
			hint: 'Customise it with the slipway of the image that made it.',
		});
	throw new Refused('not-a-live-medium', `${file} is no live medium of slipway`, {
		hint: 'Name an ISO that slipway disk --format iso made.',
	});
}

async function findEsp(system: System, file: string, size: number): Promise<Region> {
	const table = await readPartitionTable(system, {path: file, sectorSize: 512});
	const esp = table?.partitions.find(({type}) => type === partitionTypes.esp);
	if (esp !== undefined && esp.start + esp.size <= size) return {start: esp.start, size: esp.size};
	throw new DamagedInput(`${file} is damaged: its EFI system partition is not to be found`, {
		hint: 'Compare it with its checksum, and download it again.',
	});
}

function configBytes(config: MediumConfig): FileSource {
	const bytes = configInitramfs(config);
	if (bytes.length <= configRoom) return {kind: 'bytes', bytes};
	throw new Refused('config-too-large', `${config.name} has no room on a live medium`, {
		hint: 'Have it fetch what is large in it.',
	});
}

/** What the partition was made from. Its files are in a folder then, until that is removed. */
async function readEsp(
	system: Pick<System, 'run'>,
	iso: string,
	{start}: Region,
	folder: string,
): Promise<LiveEsp> {
	const bring = async (name: string) =>
		await system.run('mcopy', ['-s', '-Q', '-i', `${iso}@@${start}`, `::/${name}`, folder], {
			env: {MTOOLS_SKIP_CHECK: '1'},
		});
	await bring('slipway');
	const place = (name: string) => path.join(folder, name);
	const source = (name: string): FileSource => ({
		kind: 'path',
		path: Buffer.from(place(name)).toString('latin1'),
	});
	const isThere = (name: string) => statSync(place(name), {throwIfNoEntry: false}) !== undefined;
	const text = isThere(espPaths.settings) ? readFileSync(place(espPaths.settings), 'utf8') : '';
	const settings = parseMediumSettings(text, iso);
	if (startsByUefi(settings.firmware)) await bring('EFI');
	return {
		settings,
		program: source(programOnEsp(settings)),
		kernel: source(espPaths.kernel),
		initramfs: source(espPaths.initramfs),
		config: isThere(espPaths.config) ? source(espPaths.config) : undefined,
	};
}

function changed(
	esp: LiveEsp,
	{kernelArguments, config: given}: MediumChanges,
	config: FileSource | undefined,
): LiveEsp {
	const {config: effect, ...rest} = esp.settings;
	const changedEffect = given === undefined ? effect : given === 'none' ? undefined : given.effect;
	const settings = {
		...rest,
		kernelArguments: [...(kernelArguments ?? rest.kernelArguments)],
		...(changedEffect && {config: changedEffect}),
	};
	return {...esp, settings, config: given === undefined ? esp.config : config};
}

/** Leaves a hole where the partition is. */
async function copyWithout(
	original: FileHandle,
	size: number,
	{start, size: left}: Region,
	to: string,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	const end = start + left;
	const progress = byteProgress(report, 'iso', 'Copying the ISO', size - left);
	await using copy = await open(to, 'r+');
	// It may have the same secrets as the original.
	const {mode} = await original.stat();
	await copy.chmod(0o600 | (mode & 0o044 & ~process.umask()));
	await copy.truncate(size);
	for (const range of [
		{start: 0, size: start},
		{start: end, size: size - end},
	])
		await copyRange(original, range, copy, range.start, {signal, onBytes: progress.add});
	progress.done();
}
