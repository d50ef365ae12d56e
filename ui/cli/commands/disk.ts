import {exitStatus, UsageError} from '../../../engine/errors.ts';
import {openRunningRoot} from '../../../engine/source/running-root.ts';
import {hostArchitecture} from '../../../installer/architecture.ts';
import {readFitImage} from '../../../installer/fit-image.ts';
import {liveFiles, writeLiveMedium} from '../../../installer/live/live-medium.ts';
import {containerEnvironment} from '../../../installer/self-image.ts';
import {defineCommand, progressOptions} from '../command.ts';

export const command = defineCommand({
	description: [
		'Makes media of the image that this runs from. Needs no privileges: podman run --rm -v .:/out IMAGE disk --format pxe /out.',
		`The format pxe is what a live system is booted from, which installs the image: the kernel (${liveFiles.kernel}), the initramfs (${liveFiles.initramfs}), the image as a compressed EROFS (${liveFiles.image}), and the kernel's command line (${liveFiles.commandLine}), with the EROFS on any block device.`,
	],
	options: {
		format: {
			type: 'string',
			value: 'FORMAT',
			choices: ['pxe'],
			help: 'What to make.',
		},
		...progressOptions,
	},
	positionals: {FOLDER: {help: 'Where to put it; made when it is not there.'}},
	examples: [
		['podman run --rm -v .:/out IMAGE disk --format pxe /out', 'Files for a network boot.'],
	],
	cleansUp: true,
	async run(context, {options, positionals}) {
		if (options.format === undefined)
			throw new UsageError('nobody said what to make', {hint: 'Say it with --format pxe.'});
		const system = await context.system();
		using progress = await context.startProgress(options);
		using root = openRunningRoot(system);
		for (const {code, message, hint} of root.findings)
			progress.report({type: 'warning', code, message, hint});
		const files = await readFitImage(root, hostArchitecture());
		const medium = {root, files, environment: containerEnvironment()};
		await writeLiveMedium(system, medium, positionals.FOLDER, progress.report, context.signal);
		progress[Symbol.dispose]();
		context.print(`${positionals.FOLDER} has what a live system is booted from`);
		return exitStatus.ok;
	},
});
