import {exitStatus, UsageError} from '../../../engine/errors.ts';
import {imageNameSyntax} from '../../../engine/update/image-name.ts';
import {hostArchitecture} from '../../../installer/architecture.ts';
import {rootFileSystems} from '../../../installer/disk/layout-settings.ts';
import {parseSize, sizeSyntax} from '../../../installer/disk/size.ts';
import {readFitImage} from '../../../installer/fit-image.ts';
import {liveFiles, writeLiveMedium} from '../../../installer/live/live-medium.ts';
import {sourceDate} from '../../../installer/output/image-moment.ts';
import {makeDiskImages} from '../../../installer/output/make-disk-images.ts';
import {describeFormat, outputFormats} from '../../../installer/output/output-format.ts';
import {type Arguments, defineCommand, progressOptions} from '../command.ts';
import {configDigestOption, configSyntax, lenientOption} from '../config-file.ts';
import {diskAnswers} from '../disk-answers.ts';
import {formatDiskImages, parseFormats} from '../disk-formats.ts';
import {openDiskSource} from '../disk-source.ts';
import {answerOptions} from '../install-answers.ts';

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
	config: {
		type: 'string',
		value: 'FILE',
		help: `What machines get besides the image: ${configSyntax} What cannot be honoured here is an error.`,
	},
	...configDigestOption,
	...lenientOption,
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
		`The format pxe is what a live system is booted from, which installs the image: the kernel (${liveFiles.kernel}), the initramfs (${liveFiles.initramfs}), the image as a compressed EROFS (${liveFiles.image}), and the kernel's command line (${liveFiles.commandLine}), with the EROFS on any block device.`,
	],
	options,
	positionals: {FOLDER: {help: 'Where to put it; made when it is not there.'}},
	examples: [
		['podman run --rm -v .:/out IMAGE disk --format raw,qcow2 /out', 'Two disk images.'],
		['podman run --rm -v .:/out IMAGE disk --format pxe /out', 'Files for a network boot.'],
	],
	cleansUp: true,
	async run(context, {options, positionals}) {
		const formats = parseFormats(options.format);
		const settings = diskSettings(options);
		const system = await context.system();
		using progress = await context.startProgress(options);
		const answers = await diskAnswers(context, options, progress.report);
		await using readable = await openDiskSource(context, options.source, progress.report);
		const image = {...readable, files: await readFitImage(readable, hostArchitecture())};
		const {FOLDER: folder} = positionals;
		const {signal} = context;
		if (formats.live) {
			await writeLiveMedium(system, image, folder, progress.report, signal);
		}
		const made = await makeDiskImages(
			system,
			{...settings, folder, answers, signal, formats: formats.disk},
			image,
			progress.report,
		);
		progress[Symbol.dispose]();
		if (options.json) context.print(JSON.stringify(made, undefined, 2));
		else context.print(...formatDiskImages(made, formats.live, folder));
		return exitStatus.ok;
	},
});

/** @throws UsageError for a value that is none */
function diskSettings(given: Arguments<typeof options, Record<never, never>>['options']) {
	const {size: text, name} = given;
	const size = text === undefined ? undefined : parseSize(text);
	if (text !== undefined && size === undefined)
		throw new UsageError(`--size ${text} is no size`, {hint: `Give ${sizeSyntax}.`});
	if (name !== undefined && !/^[\w][\w.+-]*$/.test(name))
		throw new UsageError(`--name ${JSON.stringify(name)} cannot be the name of a file here`, {
			hint: 'Take letters, digits, dots and dashes.',
		});
	return {
		name,
		size,
		sectorSize: given['sector-size'] === '4096' ? 4096 : 512,
		rootFileSystem: given['file-system'],
		targetImage: given['target-image'],
		kernelArguments: given.karg,
		seed: given.seed,
		isCompressed: given.uncompressed ? false : undefined,
		time: sourceDate(process.env),
	} as const;
}
