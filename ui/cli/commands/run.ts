import {exitStatus} from '../../../engine/errors.ts';
import {secureBootKeys} from '../../../installer/virtual-machine/find-firmware.ts';
import {machineSteps} from '../../../installer/virtual-machine/machine-settings.ts';
import {prepareMachine} from '../../../installer/virtual-machine/prepare-machine.ts';
import {runFolder, runMachine} from '../../../installer/virtual-machine/run-machine.ts';
import {defineCommand} from '../command.ts';
import {formatMachine, formatSteps} from '../machine-text.ts';

export const command = defineCommand({
	description: [
		'Boots a disk, or a container image, as a virtual machine under QEMU, with its serial console on this terminal and its SSH on a port of this host. Needs no privileges, and KVM to be fast.',
		'SOURCE is a disk when there is a file or block device of that name: raw, qcow2, vmdk, vhdx, vhd or ISO, whatever it is called, or a folder that slipway disk --format pxe made. It is an image otherwise, of which podman and the image make a disk first.',
		'A disk is only read: what the machine writes is ephemeral, unless --persistent is given. QEMU and all that was made for the machine end with slipway.',
	],
	options: {
		persistent: {
			type: 'boolean',
			help: 'Write into the disk what the machine writes, as on a machine of its own.',
		},
		disk: {
			type: 'string',
			value: 'FILE',
			help: 'Of an image: keep its disk, and what the machine writes, in a new file.',
		},
		'disk-size': {
			type: 'string',
			value: 'SIZE',
			help: 'Of an image: the size of its disk, such as "20 GiB".',
		},
		'add-disk': {
			type: 'string',
			value: 'SIZE|FILE',
			multiple: true,
			help: 'Add an empty disk of that size, which is removed at the end, or a file, which keeps what is written to it. For an ISO to install to: it is booted once something is on it. May be given several times.',
		},
		memory: {type: 'string', value: 'SIZE', help: '2 GiB when left out.'},
		cpus: {
			type: 'integer',
			value: 'N',
			help: 'Processors; 2 when left out, and 1 where they are emulated.',
		},
		accel: {
			type: 'string',
			value: 'NAME',
			choices: ['kvm', 'tcg'],
			help: 'What runs the processors; KVM when left out, where a kernel is found to run with it, and emulation by QEMU otherwise.',
		},
		firmware: {
			type: 'string',
			value: 'TYPE',
			choices: ['uefi', 'bios'],
			help: 'UEFI when left out.',
		},
		'secure-boot': {
			type: 'string',
			value: 'KEYS',
			choices: secureBootKeys,
			help: 'Firmware with Secure Boot: on, by the keys that it came enrolled with, as a rule those of Microsoft; or in setup mode, for a disk that enrols its own.',
		},
		tpm: {
			type: 'boolean',
			help: 'Add a TPM 2.0, which swtpm emulates; what it keeps is ephemeral.',
		},
		network: {
			type: 'string',
			value: 'KIND',
			choices: ['user', 'none'],
			help: 'Behind this host (user), as when left out, or no network at all.',
		},
		'ssh-port': {
			type: 'integer',
			value: 'N',
			help: 'Port of this host, at 127.0.0.1, that leads to SSH of the machine; one that is free when left out.',
		},
		'ssh-key': {
			type: 'string',
			value: 'FILE',
			help: 'Public keys that root may log in with: for systems that take them as systemd credentials.',
		},
		autologin: {
			type: 'boolean',
			help: 'Log root in on the console, without a password: likewise.',
		},
		display: {
			type: 'string',
			value: 'KIND',
			choices: ['none', 'gtk', 'sdl'],
			help: 'Show the screen of the machine in a window too.',
		},
		'dry-run': {
			type: 'boolean',
			short: 'n',
			help: 'Print the commands that it would run, and run none of them but what finds out whether KVM works.',
		},
	},
	positionals: {
		SOURCE: {help: 'The disk or the image to boot.'},
		ARGUMENT: {passedOn: true, help: 'For QEMU, as it is.'},
	},
	examples: [
		['slipway run disk.qcow2', 'Look at a disk, and change nothing.'],
		['slipway run --autologin registry.example.com/myos', 'Boot an image, and be root.'],
		['slipway run live.iso --add-disk "20 GiB"', 'Try an installation.'],
		['slipway run --tpm --secure-boot setup disk.raw -- -snapshot', 'Hand an option to QEMU.'],
	],
	exitStatuses: {
		[exitStatus.failed]: 'QEMU or podman failed. Any other status of QEMU is handed on.',
		[exitStatus.refused]: 'The disk will not do, or is in use.',
		[exitStatus.lacking]: 'QEMU, its firmware, swtpm or podman is not installed.',
	},
	cleansUp: true,
	async run(context, {options, positionals}) {
		const system = await context.system();
		const settings = await prepareMachine(
			system,
			{
				source: positionals.SOURCE,
				isPersistent: options.persistent,
				keepAs: options.disk,
				diskSize: options['disk-size'],
				addedDisks: options['add-disk'],
				memory: options.memory,
				cpus: options.cpus,
				accelerator: options.accel,
				firmware: options.firmware,
				secureBoot: options['secure-boot'],
				hasTpm: options.tpm,
				network: options.network,
				sshPort: options['ssh-port'],
				sshKey: options['ssh-key'],
				autologin: options.autologin,
				display: options.display,
				moreArguments: positionals.ARGUMENT,
			},
			{env: process.env},
			context.signal,
		);
		using progress = await context.startProgress({quiet: true, 'progress-fd': undefined});
		const {slow} = settings;
		if (slow !== undefined)
			progress.report({
				type: 'warning',
				code: 'no-kvm',
				message: `the machine is emulated, and will be slow: ${slow.reason}`,
				hint: slow.hint,
			});
		const parent = runFolder(process.env);
		if (options['dry-run']) {
			context.print(...formatSteps(machineSteps(settings, `${parent}XXXXXX`)));
			return exitStatus.ok;
		}
		return await runMachine(system, settings, {
			parent,
			begins: () => context.print(...formatMachine(settings)),
			signal: context.signal,
		});
	},
});
