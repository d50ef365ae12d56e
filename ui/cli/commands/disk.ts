import {exitStatus, UsageError} from '../../../engine/errors.ts';
import type {ProgressReporter} from '../../../engine/progress.ts';
import {imageNameSyntax} from '../../../engine/update/image-name.ts';
import type {Answers} from '../../../installer/answers/answers.ts';
import {holdsSecrets} from '../../../installer/answers/holds-secrets.ts';
import {hostArchitecture} from '../../../installer/architecture.ts';
import {firmwares} from '../../../installer/disk/firmware.ts';
import {rootFileSystems} from '../../../installer/disk/layout-settings.ts';
import {parseSize, sizeSyntax} from '../../../installer/disk/size.ts';
import {readFitImage} from '../../../installer/fit-image.ts';
import {checkSettings} from '../../../installer/install-options.ts';
import {liveFiles} from '../../../installer/live/live-medium.ts';
import type {MediumConfig} from '../../../installer/live/medium-config.ts';
import {imageMoment, sourceDate} from '../../../installer/output/image-moment.ts';
import {imageName} from '../../../installer/output/image-name.ts';
import {makeDiskImages} from '../../../installer/output/make-disk-images.ts';
import {makeLiveMedia} from '../../../installer/output/make-live-media.ts';
import {describeFormat, outputFormats} from '../../../installer/output/output-format.ts';
import {type Arguments, defineCommand, progressOptions} from '../command.ts';
import {type AskedFormats, parseFormats} from '../disk-formats.ts';
import {openDiskSource} from '../disk-source.ts';
import {formatSize} from '../format.ts';
import {answerOptions, withAnswerOptions} from '../install-answers.ts';
import {mediumConfigOptions, readMediumConfig} from '../medium-config.ts';

const options = {
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
	seed: {
		type: 'string',
		value: 'TEXT',
		help: 'What all identifiers follow from: partitions, file systems. When left out, the files of the image.',
	},
	json: {type: 'boolean', help: 'Print what was made as JSON.'},
	...progressOptions,
} as const;

export const command = defineCommand({
	description: [
		'Makes disk images and live media of the image that this runs from, without privileges: podman run --rm -v .:/out IMAGE disk --format qcow2 /out. They are the same, byte for byte, for the same image, options and SOURCE_DATE_EPOCH.',
		`Formats of disks: ${outputFormats.map((format) => `${format} (${describeFormat(format)})`).join('; ')}.`,
		`Live media install the image: iso is one file, as a CD and as a stick; pxe is a folder for network boots, with the kernel (${liveFiles.kernel}), the initramfs (${liveFiles.initramfs}), the image as a compressed EROFS (${liveFiles.image}) and as an initramfs (${liveFiles.imageArchive}), the kernel's command line (${liveFiles.commandLine}) and a script for iPXE (${liveFiles.networkScript}).`,
	],
	options,
	positionals: {FOLDER: {help: 'Where to put it; made when it is not there.'}},
	examples: [
		['podman run --rm -v .:/out IMAGE disk --format raw,qcow2 /out', 'Two disk images.'],
		['podman run --rm -v .:/out IMAGE disk --format iso /out', 'A live medium that asks.'],
	],
	cleansUp: true,
	async run(context, {options, positionals: {FOLDER: folder}}) {
		const formats = parseFormats(options.format);
		checkOptions(formats, options);
		const settings = diskSettings(options);
		const system = await context.system();
		using progress = await context.startProgress(options);
		const {answers: told, embedded} = await readMediumConfig(context, options, progress.report, {
			isLive: formats.live.length > 0,
		});
		const answers = await withAnswerOptions(told, options, progress.report);
		keepPrivate(answers, embedded, progress.report);
		await using readable = await openDiskSource(context, options.source, progress.report);
		const image = {...readable, files: await readFitImage(readable, hostArchitecture())};
		const moment = imageMoment(image.tree, {
			seed: options.seed,
			time: sourceDate(process.env),
		});
		system.writeTimesAs(moment.time);
		const name = options.name ?? imageName(image);
		const common = {...settings, ...moment, folder, name, signal: context.signal};
		const {targetImage, kernelArguments} = checkSettings({...common, configKernelArguments: []});
		const {files, descriptions, plan} = await makeDiskImages(
			system,
			{...common, answers, formats: formats.disk},
			image,
			progress.report,
		);
		const media = await makeLiveMedia(
			system,
			{
				...common,
				targetImage,
				kernelArguments: kernelArguments.map(({argument}) => argument),
				config: embedded,
				formats: formats.live,
			},
			image,
			progress.report,
		);
		progress[Symbol.dispose]();
		context.print(
			...(options.json
				? [JSON.stringify({version: 1, files, media, descriptions, plan}, undefined, 2)]
				: [
						...files.map(({path, size}) => `${path}: ${formatSize(size)}`),
						...media,
						...descriptions,
					]),
		);
		return exitStatus.ok;
	},
});

/** What can be read out of an image is for nobody else than who makes it. */
function keepPrivate(
	answers: Answers,
	embedded: MediumConfig | undefined,
	report: ProgressReporter,
): void {
	if (!holdsSecrets(answers)) return;
	process.umask(0o077);
	const what = embedded === undefined ? 'the options' : embedded.name;
	report({
		type: 'warning',
		code: 'private-output',
		message: `secrets of ${what} are in what is made, which only its owner may read`,
	});
}

type GivenOptions = Arguments<typeof options, Record<never, never>>['options'];

/** Of live media a configuration tells what machines get. */
const diskOnly = [
	...['size', 'sector-size', 'file-system', 'uncompressed'],
	...Object.keys(answerOptions),
];

/** @throws UsageError for an option that one of the formats would leave out */
function checkOptions({disk, live}: AskedFormats, given: GivenOptions): void {
	const isGiven = (name: string) => {
		const value = Object.entries(given).find(([key]) => key === name)?.[1];
		return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
	};
	for (const name of ['config-sha256', 'lenient'])
		if (isGiven(name) && given.config === undefined)
			throw new UsageError(`--${name} is given without --config`, {
				hint: 'Run slipway disk --help.',
			});
	const unfit = diskOnly.find(isGiven);
	if (live.length > 0 && unfit !== undefined)
		throw new UsageError(`--${unfit} is given, and ${live.join(', ')} cannot have it`, {
			hint: 'It is for disk images: make those by a call of their own. A live medium takes --config.',
		});
	if (live.includes('pxe') && given.firmware !== undefined)
		throw new UsageError('--firmware is given, and pxe cannot have it', {
			hint: 'What boots from the network is for both: make it by a call of its own.',
		});
	if (disk.length > 0 && given['may-wipe'])
		throw new UsageError(`--may-wipe is given, and ${disk.join(', ')} cannot have it`, {
			hint: 'It is for live media: make those by a call of their own.',
		});
}

/** @throws UsageError for a value that is none */
function diskSettings(given: GivenOptions) {
	const {size: text, name} = given;
	const size = text === undefined ? undefined : parseSize(text);
	if (text !== undefined && size === undefined)
		throw new UsageError(`--size ${text} is no size`, {hint: `Give ${sizeSyntax}.`});
	if (name !== undefined && !/^\w[\w.+-]{0,79}$/.test(name))
		throw new UsageError(`--name ${JSON.stringify(name)} cannot be the name of a file here`, {
			hint: 'Take letters, digits, dots and dashes, 80 at most.',
		});
	return {
		size,
		sectorSize: given['sector-size'] === '4096' ? 4096 : 512,
		rootFileSystem: given['file-system'],
		firmware: given.firmware,
		targetImage: given['target-image'],
		kernelArguments: given.karg,
		isCompressed: given.uncompressed ? false : undefined,
	} as const;
}
