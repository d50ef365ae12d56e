/** What `slipway run` says of a machine, before it starts or instead of starting it. */
import {imageDiskArguments, imageDiskFolder} from '../../installer/virtual-machine/image-disk.ts';
import type {
	MachineSettings,
	MachineSteps,
} from '../../installer/virtual-machine/machine-settings.ts';
import {qemuArguments} from '../../installer/virtual-machine/qemu-command.ts';
import {tpmArguments} from '../../installer/virtual-machine/tpm.ts';
import {formatCounted, formatSize} from './format.ts';

/** What the machine is, what becomes of what it writes, and the ways in and out. */
export function formatMachine(settings: MachineSettings): string[] {
	const {cpus, memory, accelerator, network, display} = settings;
	const processors = formatCounted(
		cpus,
		accelerator === 'kvm' ? 'processor' : 'emulated processor',
	);
	return [
		`${formatSource(settings)}: ${processors}, ${formatSize(memory)}, ${formatFirmware(settings)}`,
		...formatKeeping(settings),
		...settings.addedDisks.map(formatAddedDisk),
		...(network.kind === 'none'
			? ['it has no network']
			: [`by SSH: ${sshCommand(network.sshPort)}`]),
		...(display === 'none' ? [] : ['its screen has a window of its own']),
		'the serial console is here: Ctrl+A X pulls the plug, Ctrl+A C leads to QEMU and back',
	];
}

function formatSource({source}: MachineSettings): string {
	switch (source.kind) {
		case 'image':
			return source.reference;
		case 'live':
			return source.image;
		default:
			return source.path;
	}
}

function formatFirmware({firmware}: MachineSettings): string {
	if (firmware.kind === 'bios') return 'BIOS';
	const {hasSecureBoot, hasKeys} = firmware.chosen;
	if (!hasSecureBoot) return 'UEFI';
	return hasKeys
		? 'UEFI with Secure Boot'
		: 'UEFI in setup mode: Secure Boot is on once it has keys';
}

function formatKeeping({source}: MachineSettings): string[] {
	switch (source.kind) {
		case 'image':
			return source.keptAs === undefined
				? ['its disk is removed at the end; --disk FILE keeps it']
				: [kept(source.keptAs)];
		case 'disk':
			return source.isKept
				? [kept(source.path)]
				: ['what it writes there is forgotten at the end; --persistent keeps it'];
		default:
			return [];
	}
}

function formatAddedDisk(disk: MachineSettings['addedDisks'][number]): string {
	return disk.kind === 'file'
		? kept(disk.path)
		: `an empty disk of ${formatSize(disk.size)} goes with it at the end`;
}

function kept(file: string): string {
	return `what it writes stays in ${file}`;
}

/** Each machine has a host key of its own, which is not worth remembering. */
function sshCommand(port: number): string {
	return `ssh -o NoHostAuthenticationForLocalhost=yes -p ${port} root@127.0.0.1`;
}

/** All commands for a shell, in their order. */
export function formatSteps({
	imageDisk,
	variables,
	newDisks,
	tpm,
	qemu,
	machine,
}: MachineSteps): string[] {
	const commands: (readonly string[])[] = [];
	if (imageDisk !== undefined) {
		const folder = `${imageDiskFolder(imageDisk.file)}XXXXXX`;
		commands.push([imageDisk.podman, ...imageDiskArguments(imageDisk, folder)]);
	}
	if (variables !== undefined) commands.push(['cp', variables.template, variables.copy]);
	for (const {path, size} of newDisks) commands.push(['truncate', '-s', String(size), path]);
	if (tpm !== undefined) commands.push([tpm.swtpm, ...tpmArguments(tpm.folder)]);
	commands.push([qemu, ...qemuArguments(machine)]);
	return commands.map((words) => words.map(shellWord).join(' '));
}

function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
