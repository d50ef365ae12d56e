/** Options of `slipway disk`, and all that can be said against them before anything is read. */
import {EngineError, UsageError} from '../../engine/errors.ts';
import {imageNameSyntax} from '../../engine/update/image-name.ts';
import {firmwares} from '../../installer/disk/firmware.ts';
import {rootFileSystems} from '../../installer/disk/layout-settings.ts';
import {formatExactSize, MiB, parseSize, sizeHint, TiB} from '../../installer/disk/size.ts';
import {checkSettings} from '../../installer/install-options.ts';
import {diskMistakes} from '../../installer/output/formats/check-disk.ts';
import {sourceDate} from '../../installer/output/image-moment.ts';
import {isConverted} from '../../installer/output/output-format.ts';
import {throwRefusals} from '../../installer/several-refusals.ts';
import {type Arguments, type OptionDefinitions, progressOptions} from './command.ts';
import {type AskedFormats, parseFormats} from './disk-formats.ts';
import {answerOptions} from './install-answers.ts';
import {mediumConfigOptions} from './medium-config.ts';

export const diskOptions = {
	format: {
		type: 'string',
		value: 'FORMATS',
		help: 'What to make, several with commas between them; see above.',
	},
	name: {
		type: 'string',
		value: 'NAME',
		help: 'What the files are called, before the suffix of their format. When left out, as the image is, or disk.',
	},
	size: {
		type: 'string',
		value: 'SIZE',
		help: 'Size of the disk, such as "20 GiB". When left out, what the image needs, an update beside it, and 1 GiB more.',
	},
	'sector-size': {
		type: 'string',
		value: 'BYTES',
		choices: ['512', '4096'],
		help: 'Of the disk that the image will be copied to; 512 when left out.',
	},
	'file-system': {
		type: 'string',
		value: 'TYPE',
		choices: rootFileSystems,
		help: 'File system of the root; what the image says when left out. All but ext4 have to be mounted: podman run --privileged.',
	},
	'root-fs': {
		type: 'string',
		value: 'TYPE',
		choices: rootFileSystems,
		help: 'The same as --file-system, as install calls it.',
	},
	source: {
		type: 'string',
		value: 'IMAGE',
		help: `Make them of this image instead of the one that runs: ${imageNameSyntax}. Its layers go onto the disk too, so that the first update fetches only what is new.`,
	},
	firmware: {
		type: 'string',
		value: 'FIRMWARE',
		choices: firmwares,
		help: 'What starts the disk or the ISO: UEFI with systemd-boot, a BIOS with GRUB, or both; uefi when left out.',
	},
	'target-image': {
		type: 'string',
		value: 'REFERENCE',
		help: 'Where machines get their updates, such as registry.example.com/myos:latest. When left out, the reference that the container was started from, or the one that the image names.',
	},
	karg: {
		type: 'string',
		value: 'ARGUMENT',
		multiple: true,
		help: 'Add a kernel argument to those of the image. May be given several times.',
	},
	...answerOptions,
	...mediumConfigOptions,
	uncompressed: {type: 'boolean', help: 'Do not compress formats that can be without: qcow2.'},
	force: {type: 'boolean', help: 'Replace files that are there; without it they are refused.'},
	seed: {
		type: 'string',
		value: 'TEXT',
		help: 'What all identifiers follow from: partitions, file systems. When left out, the files of the image.',
	},
	json: {type: 'boolean', help: 'Print what was made as JSON.'},
	...progressOptions,
} as const satisfies OptionDefinitions;

export type DiskOptions = Arguments<typeof diskOptions, Record<never, never>>['options'];

/** What they say, without those that say what machines get. */
export interface DiskSettings {
	readonly formats: AskedFormats;
	/** Bytes. */
	readonly size: number | undefined;
	readonly sectorSize: 512 | 4096;
	readonly rootFileSystem: DiskOptions['file-system'];
	readonly firmware: DiskOptions['firmware'];
	readonly targetImage: string | undefined;
	readonly kernelArguments: readonly string[];
	readonly isCompressed: boolean | undefined;
	/** That SOURCE_DATE_EPOCH says. */
	readonly time: Date | undefined;
}

/** Of live media a configuration tells what machines get. */
const diskOnly = [
	...['size', 'sector-size', 'file-system', 'root-fs', 'uncompressed'],
	...Object.keys(answerOptions),
];

/** Files for a network boot have names of their own, and no identifiers. */
const namedOnly = ['name', 'seed'];

/** Larger than any file can be, on most file systems. */
const maxSize = 16 * TiB;

/** @throws UsageError, or another one with all mistakes: a value that is none, an option that a format would leave out */
export function readDiskOptions(given: DiskOptions, env: NodeJS.ProcessEnv): DiskSettings {
	const mistakes: EngineError[] = [];
	const collect = <Value>(read: () => Value): Value | undefined => {
		try {
			return read();
		} catch (error) {
			if (!(error instanceof EngineError)) throw error;
			mistakes.push(error);
			return undefined;
		}
	};
	const formats = collect(() => parseFormats(given.format)) ?? {disk: [], live: []};
	const size = collect(() => readSize(given.size));
	const {karg: kernelArguments, 'target-image': targetImage} = given;
	const settings = {
		formats,
		size,
		sectorSize: given['sector-size'] === '4096' ? 4096 : 512,
		rootFileSystem: given['file-system'] ?? given['root-fs'],
		firmware: given.firmware,
		targetImage,
		kernelArguments,
		isCompressed: given.uncompressed ? false : undefined,
		time: collect(() => sourceDate(env)),
	} as const;
	collect(() =>
		checkSettings({targetImage, kernelArguments: [], configKernelArguments: []}, 'disk'),
	);
	for (const argument of kernelArguments)
		collect(() =>
			checkSettings(
				{targetImage: undefined, kernelArguments: [argument], configKernelArguments: []},
				'disk',
			),
		);
	mistakes.push(
		...contradictions(formats, given),
		...formats.disk
			.filter(isConverted)
			.flatMap((format) => diskMistakes(format, settings, settings.isCompressed)),
	);
	throwRefusals(mistakes);
	return settings;
}

function readSize(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	const size = parseSize(text);
	if (size === undefined) throw new UsageError(`--size ${text} is no size`, {hint: sizeHint(text)});
	if (size > maxSize)
		throw new UsageError(`--size ${text} is more than a file can have here`, {
			hint: `Give at most ${formatExactSize(maxSize)}: a machine grows into the disk that it is put on.`,
		});
	if (size % MiB !== 0)
		throw new UsageError(`--size ${text} ends within a MiB`, {
			hint: `Give whole MiB, such as "${Math.ceil(size / MiB)} MiB".`,
		});
	return size;
}

function contradictions({disk, live}: AskedFormats, given: DiskOptions): UsageError[] {
	const isGiven = (name: string) => {
		const value = Object.entries(given).find(([key]) => key === name)?.[1];
		return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
	};
	const mistakes: UsageError[] = [];
	const add = (message: string, hint: string) => mistakes.push(new UsageError(message, {hint}));
	for (const name of ['config-sha256', 'lenient', 'may-wipe'])
		if (isGiven(name) && given.config === undefined)
			add(`--${name} is given without --config`, 'Give the configuration too, or leave it out.');
	if (live.length > 0)
		for (const name of diskOnly.filter(isGiven))
			add(
				`--${name} is given, and ${live.join(', ')} cannot have it`,
				'It is for disk images: make those by a call of their own. A live medium takes --config.',
			);
	if (live.includes('pxe') && given.firmware !== undefined)
		add(
			'--firmware is given, and pxe cannot have it',
			'What boots from the network is for both: make it by a call of its own.',
		);
	if (disk.length > 0 && given['may-wipe'])
		add(
			`--may-wipe is given, and ${disk.join(', ')} cannot have it`,
			'It is for live media: make those by a call of their own.',
		);
	if (disk.length === 0 && live.length === 1 && live[0] === 'pxe')
		for (const name of namedOnly.filter(isGiven))
			add(`--${name} is given, and pxe cannot have it`, 'Leave it out.');
	if (isGiven('file-system') && isGiven('root-fs'))
		add('--file-system and --root-fs are given, which are the same', 'Leave one of them out.');
	if (given['sector-size'] === '4096' && (given.firmware === 'bios' || given.firmware === 'both'))
		add(
			`--sector-size 4096 is given with --firmware ${given.firmware}, and no BIOS starts such a disk`,
			'Leave one of them out.',
		);
	const {name} = given;
	if (name !== undefined && !/^\w[\w.+-]{0,79}$/.test(name))
		add(
			`--name ${JSON.stringify(name)} cannot be the name of a file here`,
			'Take letters, digits, dots and dashes, 80 at most.',
		);
	return mistakes;
}
