import {randomUUID} from 'node:crypto';
import path from 'node:path';

/** What a virtual machine is made of; plain data, so that the command line can be tested. */
export interface MachineOptions {
	/** Raw disk file, or a qcow2 checkpoint on one: told apart by the ending. */
	readonly disk: string;
	/** Logical sector size of the disk. */
	readonly sectorSize?: 512 | 4096;
	/** Boots this kernel at once instead of going through firmware and boot loader. */
	readonly direct?: {readonly kernel: string; readonly initrd: string; readonly append: string};
	readonly memoryMib?: number;
	/** systemd credentials, by name; they reach the guest through SMBIOS. */
	readonly credentials?: Readonly<Record<string, string>>;
	/** Survives a kill of the machine only when true: tests about power cuts need it, others are faster without. */
	readonly durable?: boolean;
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
After=basic.target
Conflicts=shutdown.target
Before=shutdown.target

[Service]
Type=exec
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

function smbios(credentials: Readonly<Record<string, string>>): string[] {
	return Object.entries(credentials).flatMap(([name, value]) => [
		'-smbios',
		`type=11,value=io.systemd.credential.binary:${name}=${Buffer.from(value).toString('base64')}`,
	]);
}

/** Arguments of qemu-system-x86_64 for one run of the machine. */
export function qemuArguments(
	options: MachineOptions,
	files: MachineFiles,
	accelerator: 'kvm' | 'tcg',
): string[] {
	const format = options.disk.endsWith('.qcow2') ? 'qcow2' : 'raw';
	const sectors = options.sectorSize ?? 512;
	const boot = options.direct
		? [
				['-kernel', options.direct.kernel],
				['-initrd', options.direct.initrd],
				['-append', options.direct.append],
			]
		: [
				['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${files.firmwareCode}`],
				[
					'-drive',
					`if=pflash,unit=1,format=raw,file=${path.join(files.folder, firmwareVariables)}`,
				],
			];
	return [
		['-machine', 'q35'],
		accelerator === 'kvm'
			? ['-accel', 'kvm', '-cpu', 'host']
			: ['-accel', 'tcg,thread=multi', '-cpu', 'max'],
		['-smp', '2'],
		['-m', String(options.memoryMib ?? 1024)],
		['-uuid', randomUUID()],
		...boot,
		[
			'-drive',
			`if=none,id=disk,format=${format},cache=${options.durable ? 'writeback' : 'unsafe'},file=${options.disk}`,
		],
		[
			'-device',
			`virtio-blk-pci,drive=disk,bootindex=0,logical_block_size=${sectors},physical_block_size=4096`,
		],
		['-device', 'virtio-rng-pci'],
		['-nic', 'user,model=virtio-net-pci'],
		['-device', 'virtio-serial-pci'],
		['-chardev', `socket,id=agent,path=${agentSocket(files.folder)}`],
		['-device', 'virtserialport,chardev=agent,name=slipway.test'],
		['-chardev', `socket,id=console,path=${consoleSocket(files.folder)}`],
		['-serial', 'chardev:console'],
		['-display', 'none'],
		['-vga', 'none'],
		['-monitor', 'none'],
		smbios({...agentCredentials, ...options.credentials}),
	].flat();
}
