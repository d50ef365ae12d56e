/** The command line of QEMU for a machine, as data from data. */
import type {DiskFormat, SectorSize} from './disk-content.ts';
import {type FlashFile, type MachineArchitecture, machineTypes} from './firmware.ts';

export type Accelerator = 'kvm' | 'tcg';
export type Display = 'none' | 'gtk' | 'sdl';

/** What a machine is started from; paths are absolute. */
export type Medium =
	| {
			readonly kind: 'disk';
			readonly path: string;
			readonly format: DiskFormat;
			readonly sectorSize: SectorSize;
			/** What the machine writes stays. Otherwise the file is only read. */
			readonly isKept: boolean;
	  }
	| {readonly kind: 'optical'; readonly path: string}
	/** What a network boot loads, and the root image on a disk. */
	| {
			readonly kind: 'live';
			readonly kernel: string;
			readonly initramfs: string;
			readonly image: string;
			readonly commandLine: string;
	  };

/** A disk besides the medium, which keeps what the machine writes. */
export interface AddedDisk {
	readonly path: string;
	readonly format: DiskFormat;
	readonly sectorSize: SectorSize;
	/** Nothing is on it that could be booted, until something is installed there. */
	readonly isBlank: boolean;
}

export type MachineFirmware =
	| {readonly kind: 'bios'}
	| {
			readonly kind: 'uefi';
			readonly code: FlashFile;
			/** The machine's own; written to. */
			readonly variables: FlashFile;
			readonly needsSmm: boolean;
	  };

export type MachineNetwork =
	/** Behind this host, which forwards a port of its own to the machine's SSH. */
	{readonly kind: 'user'; readonly sshPort: number} | {readonly kind: 'none'};

export interface VirtualMachine {
	readonly architecture: MachineArchitecture;
	readonly accelerator: Accelerator;
	readonly cpus: number;
	/** In bytes. */
	readonly memory: number;
	readonly firmware: MachineFirmware;
	readonly medium: Medium;
	readonly addedDisks: readonly AddedDisk[];
	/** Control socket of a TPM in software. */
	readonly tpmSocket: string | undefined;
	readonly network: MachineNetwork;
	readonly display: Display;
	/** systemd's, by name. */
	readonly credentials: Readonly<Record<string, string>>;
	/** Handed to QEMU as they are, behind all others. */
	readonly moreArguments: readonly string[];
}

/** Arguments for QEMU, without the program. The serial console is the terminal that it runs on. */
export function qemuArguments(machine: VirtualMachine): string[] {
	return [
		...hardware(machine),
		...firmwareArguments(machine.firmware),
		...mediumArguments(machine),
		...machine.addedDisks.flatMap((disk, at) =>
			diskArguments(machine, addedName(at), {...disk, isKept: true}),
		),
		...tpmArguments(machine),
		...networkArguments(machine.network),
		...['-device', 'virtio-rng-pci'],
		...credentialArguments(machine.credentials),
		...displayArguments(machine),
		...['-serial', 'mon:stdio'],
		...machine.moreArguments,
	];
}

function hardware({architecture, accelerator, firmware, cpus, memory}: VirtualMachine): string[] {
	const smm = firmware.kind === 'uefi' && firmware.needsSmm ? ',smm=on' : '';
	return [
		// Without what QEMU would add by itself: all that the machine has is here.
		...['-nodefaults', '-machine', `${machineTypes[architecture].qemu}${smm}`],
		...['-accel', accelerator, '-cpu', processor(architecture, accelerator)],
		...['-smp', String(cpus), '-m', String(Math.floor(memory / 2 ** 20))],
	];
}

function processor(architecture: MachineArchitecture, accelerator: Accelerator): string {
	if (accelerator === 'kvm') return 'host';
	// Signed pointers by the algorithm of real processors take half of the time of an emulated one.
	return architecture === 'aarch64' ? 'max,pauth-impdef=on' : 'max';
}

function firmwareArguments(firmware: MachineFirmware): string[] {
	if (firmware.kind === 'bios') return [];
	const {code, variables, needsSmm} = firmware;
	return [
		...['-drive', `if=pflash,unit=0,readonly=on,${fileOption(code)}`],
		...['-drive', `if=pflash,unit=1,${fileOption(variables)}`],
		...(needsSmm
			? [
					...['-global', 'driver=cfi.pflash01,property=secure,value=on'],
					// A machine that wakes from S3 would be back in its firmware without that protection.
					...['-global', 'ICH9-LPC.disable_s3=1'],
				]
			: []),
	];
}

function mediumArguments(machine: VirtualMachine): string[] {
	const {medium, architecture} = machine;
	switch (medium.kind) {
		case 'disk':
			return diskArguments(machine, mediumName, medium);
		case 'optical': {
			const drive = `drive=${mediumName},bootindex=${bootIndex(machine, mediumName)}`;
			return [
				...driveArguments(mediumName, 'media=cdrom,readonly=on', {...medium, format: 'raw'}),
				// As in a PC; the other type of machine has no such bus.
				...(architecture === 'x86_64'
					? ['-device', `ide-cd,${drive}`]
					: ['-device', 'virtio-scsi-pci', '-device', `scsi-cd,${drive}`]),
			];
		}
		case 'live':
			return [
				...['-kernel', medium.kernel, '-initrd', medium.initramfs],
				...['-append', medium.commandLine],
				...driveArguments(mediumName, 'readonly=on', {path: medium.image, format: 'raw'}),
				...['-device', `virtio-blk-pci,drive=${mediumName}`],
			];
	}
}

const mediumName = 'medium';

function addedName(at: number): string {
	return `added${at}`;
}

/**
 * What the firmware tries first. A blank disk comes before an ISO: what is installed there boots at the
 * restart, instead of the installer once more.
 */
function bootIndex({medium, addedDisks}: VirtualMachine, name: string): number {
	const added = addedDisks.map((disk, at) => ({name: addedName(at), isBlank: disk.isBlank}));
	const isFirst = (disk: {isBlank: boolean}) => disk.isBlank && medium.kind === 'optical';
	return [
		...added.filter(isFirst),
		...(medium.kind === 'live' ? [] : [{name: mediumName}]),
		...added.filter((disk) => !isFirst(disk)),
	].findIndex((drive) => drive.name === name);
}

function diskArguments(
	machine: VirtualMachine,
	name: string,
	disk: Omit<AddedDisk, 'isBlank'> & {readonly isKept: boolean},
): string[] {
	// What is forgotten anyway needs no way onto the medium.
	const keeping = disk.isKept ? 'discard=unmap' : 'snapshot=on,cache=unsafe';
	const sectors =
		disk.sectorSize === 512
			? ''
			: `,logical_block_size=${disk.sectorSize},physical_block_size=4096`;
	return [
		...driveArguments(name, keeping, disk),
		'-device',
		`virtio-blk-pci,drive=${name},bootindex=${bootIndex(machine, name)}${sectors}`,
	];
}

function driveArguments(
	name: string,
	how: string,
	file: {readonly path: string; readonly format: DiskFormat},
): string[] {
	return ['-drive', `if=none,id=${name},${how},${fileOption(file)}`];
}

function fileOption({path, format}: {readonly path: string; readonly format: string}): string {
	return `format=${format},file=${escapeOption(path)}`;
}

/** In a list with commas, one of a value is written twice. */
function escapeOption(value: string): string {
	return value.replaceAll(',', ',,');
}

function tpmArguments({tpmSocket, architecture}: VirtualMachine): string[] {
	if (tpmSocket === undefined) return [];
	const device = architecture === 'x86_64' ? 'tpm-crb' : 'tpm-tis-device';
	return [
		...['-chardev', `socket,id=tpm-socket,path=${escapeOption(tpmSocket)}`],
		...['-tpmdev', 'emulator,id=tpm,chardev=tpm-socket', '-device', `${device},tpmdev=tpm`],
	];
}

function networkArguments(network: MachineNetwork): string[] {
	if (network.kind === 'none') return ['-nic', 'none'];
	return ['-nic', `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${network.sshPort}-:22`];
}

function credentialArguments(credentials: VirtualMachine['credentials']): string[] {
	return Object.entries(credentials).flatMap(([name, value]) => {
		const base64 = Buffer.from(value).toString('base64');
		return ['-smbios', `type=11,value=io.systemd.credential.binary:${name}=${base64}`];
	});
}

function displayArguments({display, architecture}: VirtualMachine): string[] {
	if (display === 'none') return ['-display', 'none'];
	return [
		...['-display', display],
		...['-device', architecture === 'x86_64' ? 'virtio-vga' : 'virtio-gpu-pci'],
		...['-device', 'qemu-xhci', '-device', 'usb-kbd', '-device', 'usb-tablet'],
	];
}
