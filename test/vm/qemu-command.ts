import path from 'node:path';

export type Accelerator = 'kvm' | 'tcg';

/** What a virtual machine is made of; plain data, so that the command line can be tested. */
export interface MachineOptions {
	/** Raw disk file, or another format: told apart by the ending. */
	readonly disk: string;
	/** Logical sector size of the disk. */
	readonly sectorSize?: 512 | 4096;
	/** Boots this kernel at once instead of going through firmware and boot loader; or through the firmware alone. */
	readonly direct?: {
		readonly kernel: string;
		readonly initrd: string;
		readonly append: string;
		readonly firmware?: true;
	};
	/** Has a BIOS, SeaBIOS, in place of UEFI. */
	readonly bios?: boolean;
	/** Control socket of a TPM2, see tpm.ts. */
	readonly tpm?: string;
	readonly memoryMib?: number;
	/** systemd credentials, by name; they reach the guest through SMBIOS. */
	readonly credentials?: Readonly<Record<string, string>>;
	/** Survives a kill of the machine only when true: tests about power cuts need it, others are faster without. */
	readonly durable?: boolean;
	/**
	 * A new file that takes every write and flush of the disk, in the order in which they were completed: see
	 * write-log.ts. The disk is raw then.
	 */
	readonly writeLog?: string;
	/** Changes of the disk are forgotten when the machine ends, so that many can start from one disk. */
	readonly discardChanges?: boolean;
	/** What the firmware starts where the disk does not: an ISO. */
	readonly medium?: {readonly file: string; readonly as: 'cd' | 'usb'};
	/** More disks, raw; what is written to them is kept. */
	readonly moreDisks?: readonly string[];
	/** Hardware that restarts the machine when nothing tells it in time that all is well, as servers have it. */
	readonly watchdog?: boolean;
	/** Without a network. */
	readonly offline?: boolean;
	/** What the network says is to be started where no disk can be: URL of a script for iPXE. */
	readonly networkBoot?: string;
	/** Ends the machine where it would restart. */
	readonly endOnReboot?: boolean;
}

export interface MachineFiles {
	/** Folder for sockets and firmware variables. */
	readonly folder: string;
	readonly firmwareCode: string;
}

/**
 * Answers commands that come in on a virtio port, one base64 line each, with a line of status and
 * base64 output. It is brought in as a credential, so that images carry nothing for tests.
 */
const agentUnit = `[Unit]
Description=Agent of the test harness
DefaultDependencies=no
ConditionPathExists=!/etc/initrd-release
StartLimitIntervalSec=0
After=basic.target
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=exec
# On a slow machine its port may come later.
Restart=on-failure
RestartSec=1
Environment=HOME=/root
WorkingDirectory=-/root
StandardInput=file:/dev/virtio-ports/slipway.test
StandardOutput=file:/dev/virtio-ports/slipway.test
ExecStart=/bin/sh -c 'echo ready; while read -r line; do \\
	output=$$(echo "$$line" | base64 -d | /bin/sh 2>&1; echo ":$$?"); \\
	echo "$\${output##*:} $$(printf %%s "$\${output%%:*}" | base64 -w0)"; done'
`;

const agentCredentials = {
	'systemd.extra-unit.slipway-test-agent.service': agentUnit,
	'systemd.unit-dropin.sysinit.target~test-agent': '[Unit]\nWants=slipway-test-agent.service\n',
};

/** The machine's own copy of the firmware's variables, in its folder. */
export const firmwareVariables = 'vars.fd';

export function agentSocket(folder: string): string {
	return path.join(folder, 'agent');
}

export function consoleSocket(folder: string): string {
	return path.join(folder, 'console');
}

/** What the console says, for who looks on while a test runs. */
export function consoleLog(folder: string): string {
	return path.join(folder, 'console.log');
}

/** Address of this host as the machine's network has it. */
export const hostInGuest = '10.0.2.2';

function smbios(credentials: Readonly<Record<string, string>>): string[] {
	return Object.entries(credentials).flatMap(([name, value]) => [
		'-smbios',
		`type=11,value=io.systemd.credential.binary:${name}=${Buffer.from(value).toString('base64')}`,
	]);
}

/** OVMF as Debian has it. */
export const firmware = {
	code: '/usr/share/OVMF/OVMF_CODE_4M.fd',
	variables: '/usr/share/OVMF/OVMF_VARS_4M.fd',
};

/** Logs root in on every console: whoever starts the machine owns it. */
const openConsole = {'agetty.autologin': 'root', 'login.noauth': 'yes'};

/** Arguments for a machine whose serial console is the terminal that QEMU runs in. */
export function interactiveArguments(
	options: MachineOptions,
	files: MachineFiles,
	accelerator: Accelerator,
): string[] {
	return [
		...hardwareArguments(options, files, accelerator),
		...smbios({...openConsole, ...options.credentials}),
		'-nographic',
	];
}

/** Arguments for a machine that a test drives: by its console and by the agent, both on sockets. */
export function qemuArguments(
	options: MachineOptions,
	files: MachineFiles,
	accelerator: Accelerator,
): string[] {
	return [
		...hardwareArguments(options, files, accelerator),
		...['-device', 'virtio-serial-pci'],
		...['-chardev', `socket,id=agent,path=${agentSocket(files.folder)}`],
		...['-device', 'virtserialport,chardev=agent,name=slipway.test'],
		...[
			'-chardev',
			`socket,id=console,path=${consoleSocket(files.folder)},logfile=${consoleLog(files.folder)}`,
		],
		...['-serial', 'chardev:console', '-display', 'none', '-vga', 'none', '-monitor', 'none'],
		...smbios({...agentCredentials, ...options.credentials}),
	];
}

function hardwareArguments(
	options: MachineOptions,
	files: MachineFiles,
	accelerator: Accelerator,
): string[] {
	const sectors = options.sectorSize ?? 512;
	// Merged requests have as many pieces as a call takes, and the log adds two: it would fail.
	const merging = options.writeLog === undefined ? '' : ',request-merging=off';
	return [
		// One processor: with more, the firmware waits at a restart for each of the others to answer, and on
		// a busy host, without KVM, one of them may never do.
		...['-machine', 'q35', '-smp', '1', '-m', String(options.memoryMib ?? 1024)],
		...(accelerator === 'kvm'
			? ['-accel', 'kvm', '-cpu', 'host']
			: // Programs take wide vector instructions where there are any, and emulated those are the slow way.
				['-accel', 'tcg', '-cpu', 'Nehalem']),
		...bootArguments(options, files),
		...(options.endOnReboot ? ['-no-reboot'] : []),
		...diskArguments(options),
		'-device',
		`virtio-blk-pci,drive=disk,bootindex=1,logical_block_size=${sectors},physical_block_size=4096${merging}`,
		...(options.moreDisks ?? []).flatMap((file) => [
			'-drive',
			`if=virtio,format=raw,cache=unsafe,file=${file}`,
		]),
		...mediumArguments(options),
		...tpmArguments(options),
		...['-device', 'virtio-rng-pci'],
		...(options.watchdog ? ['-device', 'i6300esb', '-action', 'watchdog=reset'] : []),
		...networkArguments(options),
	];
}

/** QEMU's card has iPXE in its ROM, for UEFI and for a BIOS. Beside disks in an order, it is only started with a place in that. */
function networkArguments({offline, networkBoot}: MachineOptions): string[] {
	if (offline) return ['-nic', 'none'];
	if (networkBoot === undefined) return ['-nic', 'user,model=virtio-net-pci'];
	return [
		...['-netdev', `user,id=network,bootfile=${networkBoot}`],
		...['-device', 'virtio-net-pci,netdev=network,bootindex=3'],
	];
}

function mediumArguments({medium}: MachineOptions): string[] {
	if (medium === undefined) return [];
	const drive = `if=none,id=medium,format=raw,readonly=on,file=${medium.file}`;
	const device = `${medium.as === 'cd' ? 'ide-cd' : 'usb-storage'},drive=medium,bootindex=2`;
	const bus = medium.as === 'cd' ? [] : ['-device', 'qemu-xhci'];
	return ['-drive', drive, ...bus, '-device', device];
}

function tpmArguments({tpm}: MachineOptions): string[] {
	if (tpm === undefined) return [];
	return [
		...['-chardev', `socket,id=tpm-socket,path=${tpm}`],
		...['-tpmdev', 'emulator,id=tpm,chardev=tpm-socket', '-device', 'tpm-crb,tpmdev=tpm'],
	];
}

/** As QEMU calls them, by endings. */
const formats: Readonly<Record<string, string>> = {
	'.qcow2': 'qcow2',
	'.vmdk': 'vmdk',
	'.vhdx': 'vhdx',
	'.vhd': 'vpc',
};

function diskArguments({disk, durable, discardChanges, writeLog}: MachineOptions): string[] {
	if (writeLog !== undefined) return recordedDisk(disk, writeLog);
	const format = formats[path.extname(disk)] ?? 'raw';
	const cache = durable ? 'writeback' : 'unsafe';
	const snapshot = discardChanges ? ',snapshot=on' : '';
	return ['-drive', `if=none,id=disk,format=${format},cache=${cache}${snapshot},file=${disk}`];
}

/** The guest's flushes get as far as the log: only the guest loses power, never this host. */
function recordedDisk(disk: string, writeLog: string): string[] {
	const file = (name: string, place: string): string =>
		`driver=file,node-name=${name},cache.no-flush=on,filename=${place}`;
	return [
		...['-blockdev', file('plain', disk), '-blockdev', file('log', writeLog)],
		'-blockdev',
		'driver=blklogwrites,node-name=disk,file=plain,log=log,log-super-update-interval=1',
	];
}

/** Whether it starts by UEFI, whose variables it needs then. */
export function usesFirmware({
	direct,
	bios = false,
}: Pick<MachineOptions, 'direct' | 'bios'>): boolean {
	return !bios && (direct === undefined || direct.firmware === true);
}

function bootArguments(options: MachineOptions, files: MachineFiles): string[] {
	const {direct} = options;
	const kernel = direct
		? ['-kernel', direct.kernel, '-initrd', direct.initrd, '-append', direct.append]
		: [];
	if (!usesFirmware(options)) return kernel;
	const variables = path.join(files.folder, firmwareVariables);
	return [
		...kernel,
		...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${files.firmwareCode}`],
		...['-drive', `if=pflash,unit=1,format=raw,file=${variables}`],
	];
}
