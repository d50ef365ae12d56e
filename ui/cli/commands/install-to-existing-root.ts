import {carriedKinds, chosenKinds} from '../../../installer/takeover/carry/carried.ts';
import {defineCommand} from '../command.ts';
import {
	mountedInstallOptions,
	mountedInstallStatuses,
	runMountedInstall,
} from '../mounted-install.ts';

export const command = defineCommand({
	description: [
		'Turns the Linux system that runs here into the image at the next boot: podman run --privileged -v /:/target IMAGE install to-existing-root. The image goes beside the files of the old system, which stays: the boot menu starts it, until slipway cleanup-previous on the new system removes it.',
		`What makes the machine what it is comes along: ${carriedKinds.join(', ')}. The plan (--dry-run) lists it all, with what cannot come and why. Homes stay where they are, and both systems have them.`,
		'If the new system does not get well in three attempts, the old one is started again.',
	],
	options: {
		keep: {
			type: 'string',
			value: 'KINDS',
			multiple: true,
			help: `Take along only these, of ${carriedKinds.join(', ')}; with commas between them.`,
		},
		skip: {type: 'string', value: 'KINDS', multiple: true, help: 'Leave these behind.'},
		'acknowledge-destructive': {
			type: 'boolean',
			help: 'Taken for those who know it from bootc, and without effect: nothing of the old system is removed.',
		},
		...mountedInstallOptions,
	},
	positionals: {
		ROOT: {optional: true, help: 'Where the root of the old system is; /target when left out.'},
	},
	examples: [
		[
			'podman run --privileged -v /:/target IMAGE install to-existing-root --dry-run',
			'See what would be done, and what would come along.',
		],
		[
			'podman run --privileged -v /:/target IMAGE \\\n    install to-existing-root --skip=network',
			'Let the image set up the network.',
		],
	],
	exitStatuses: mountedInstallStatuses,
	cleansUp: true,
	run: (context, {options, positionals: {ROOT: root = '/target'}}) =>
		runMountedInstall(
			context,
			options,
			{
				root,
				replace: 'alongside',
				isOwnRootFine: true,
				rootMountSpec: undefined,
				bootMountSpec: undefined,
				takeover: chosenKinds(options.keep, options.skip),
			},
			({image, deployment, takeover}) => [
				`the next boot is ${image.reference ?? 'the image'}, as deployment ${deployment.id}`,
				`${takeover?.title ?? 'the old system'} stays, and is in the boot menu; slipway cleanup-previous removes it`,
			],
		),
});
