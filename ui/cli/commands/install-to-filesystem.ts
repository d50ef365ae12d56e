import {defineCommand} from '../command.ts';
import {
	mountedInstallOptions,
	mountedInstallStatuses,
	runMountedInstall,
} from '../mounted-install.ts';

export const command = defineCommand({
	description: [
		'Writes the image that this runs from into file systems that another installer has made and mounted: the root at ROOT (ext4, btrfs or xfs), the EFI system partition at ROOT/boot/efi, ROOT/efi or ROOT/boot, perhaps /var and others below ROOT. Partitions stay as they are, and so do files of others on the EFI system partition and the entries of the firmware.',
		'ROOT has to be empty but for lost+found and mount points, unless --replace says what becomes of what is there. fs-verity needs a kernel and a file system that have it; the plan says whether it will be enforced.',
	],
	options: {
		replace: {
			type: 'string',
			value: 'MODE',
			choices: ['wipe', 'alongside'],
			help: 'What becomes of the files in ROOT: wipe removes them and those of a /var that is mounted there, alongside leaves them.',
		},
		'root-mount-spec': {
			type: 'string',
			value: 'SPEC',
			help: 'How the root is found at boot; the UUID of its file system, which is what it is when left out.',
		},
		'boot-mount-spec': {
			type: 'string',
			value: 'SPEC',
			help: 'What /etc/fstab mounts at /boot, such as UUID=1234-ABCD; or /dev/… of the EFI system partition where it is not mounted. When left out, systemd finds a boot partition in the GPT that the root is in, and another one gets its line.',
		},
		'skip-finalize': {
			type: 'boolean',
			help: 'Taken for those who know it from bootc, and without effect: what is mounted is left mounted, and all of it is on the medium in any case.',
		},
		'acknowledge-destructive': {
			type: 'boolean',
			help: 'Allow ROOT to be the file system of the system that runs here.',
		},
		...mountedInstallOptions,
	},
	positionals: {ROOT: {help: 'Where the file system of the root is mounted.'}},
	examples: [
		[
			'podman run --privileged -v /mnt:/target IMAGE install to-filesystem /target',
			'Install into what is mounted at /mnt and below it.',
		],
	],
	exitStatuses: mountedInstallStatuses,
	cleansUp: true,
	run: (context, {options, positionals: {ROOT: root}}) =>
		runMountedInstall(
			context,
			options,
			{
				root,
				replace: options.replace ?? 'nothing',
				isOwnRootFine: options['acknowledge-destructive'],
				rootMountSpec: options['root-mount-spec'],
				bootMountSpec: options['boot-mount-spec'],
				takeover: undefined,
			},
			({image, deployment}) => [
				`${root} has ${image.reference ?? 'the image'} now, as deployment ${deployment.id}`,
			],
		),
});
