import {exitStatus} from '../../../engine/errors.ts';
import type {ProgressReporter} from '../../../engine/progress.ts';
import type {Answers} from '../../../installer/answers/answers.ts';
import {holdsSecrets} from '../../../installer/answers/holds-secrets.ts';
import {hostArchitecture} from '../../../installer/architecture.ts';
import {readFitImage} from '../../../installer/fit-image.ts';
import {checkSettings} from '../../../installer/install-options.ts';
import {liveFiles} from '../../../installer/live/live-medium.ts';
import type {MediumConfig} from '../../../installer/live/medium-config.ts';
import {imageMoment} from '../../../installer/output/image-moment.ts';
import {imageName} from '../../../installer/output/image-name.ts';
import {checkLiveMedia} from '../../../installer/output/make-live-media.ts';
import {
	type MadeOutputs,
	makeOutputs,
	refuseExistingOutputs,
} from '../../../installer/output/make-outputs.ts';
import {makeOutputFolder, refuseOwnRoot} from '../../../installer/output/output-folder.ts';
import {describeFormat, outputFormats} from '../../../installer/output/output-format.ts';
import {type CommandContext, defineCommand} from '../command.ts';
import {
	type DiskOptions,
	type DiskSettings,
	diskOptions,
	readDiskOptions,
} from '../disk-options.ts';
import {checkRunsInImage, openDiskSource} from '../disk-source.ts';
import {formatSize} from '../format.ts';
import {withAnswerOptions} from '../install-answers.ts';
import {readMediumConfig} from '../medium-config.ts';

export const command = defineCommand({
	description: [
		'Makes disk images and live media of the image that this runs from, without privileges: podman run --rm -v .:/out IMAGE disk --format qcow2 /out. They are the same, byte for byte, for the same image, options and SOURCE_DATE_EPOCH.',
		`Formats of disks: ${outputFormats.map((format) => `${format} (${describeFormat(format)})`).join('; ')}.`,
		`Live media install the image: iso is one file, as a CD and as a stick; pxe is a folder for network boots, with the kernel (${liveFiles.kernel}), the initramfs (${liveFiles.initramfs}), the image as a compressed EROFS (${liveFiles.image}) and as an initramfs (${liveFiles.imageArchive}), the kernel's command line (${liveFiles.commandLine}) and a script for iPXE (${liveFiles.networkScript}).`,
	],
	options: diskOptions,
	positionals: {FOLDER: {help: 'Where to put it; made when it is not there.'}},
	examples: [
		['podman run --rm -v .:/out IMAGE disk --format raw,qcow2 /out', 'Two disk images.'],
		['podman run --rm -v .:/out IMAGE disk --format iso /out', 'A live medium that asks.'],
	],
	cleansUp: true,
	async run(context, {options, positionals: {FOLDER: folder}}) {
		const settings = readDiskOptions(options, process.env);
		const {formats} = settings;
		if (options.source === undefined) {
			checkRunsInImage();
			refuseOwnRoot(folder);
		}
		checkLiveMedia(formats.live);
		using _folder = makeOutputFolder(folder);
		// What is called after the image is looked for when that was read.
		if (options.name !== undefined && !options.force)
			refuseExistingOutputs(folder, options.name, formats);
		using progress = await context.startProgress(options);
		const made = await make(context, options, {...settings, folder}, progress.report);
		progress[Symbol.dispose]();
		const {files, media, descriptions, plan} = made;
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

/** @returns what was made, when all else is removed again */
async function make(
	context: CommandContext,
	options: DiskOptions,
	{formats, time: givenTime, ...settings}: DiskSettings & {readonly folder: string},
	report: ProgressReporter,
): Promise<MadeOutputs> {
	const {answers: told, embedded} = await readMediumConfig(context, options, report, {
		isLive: formats.live.length > 0,
	});
	const answers = await withAnswerOptions(told, options, report);
	keepPrivate(answers, embedded, report);
	const system = await context.system();
	await using readable = await openDiskSource(context, options.source, report);
	const image = {...readable, files: await readFitImage(readable, hostArchitecture())};
	const moment = imageMoment(image.tree, {seed: options.seed, time: givenTime});
	system.writeTimesAs(moment.time);
	const name = options.name ?? imageName(image);
	const common = {...settings, ...moment, name, signal: context.signal};
	const {targetImage, kernelArguments} = checkSettings(
		{...common, configKernelArguments: []},
		'disk',
	);
	const request = {
		disk: {...common, answers, formats: formats.disk},
		live: {
			...common,
			targetImage,
			kernelArguments: kernelArguments.map(({argument}) => argument),
			config: embedded,
			formats: formats.live,
		},
		mayReplace: options.force,
	};
	return await makeOutputs(system, request, image, report);
}

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
