import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	type AddedDisk,
	qemuArguments,
	type VirtualMachine,
} from '../../../installer/virtual-machine/qemu-command.ts';

const test = suite('command line of QEMU');

const plain: VirtualMachine = {
	architecture: 'x86_64',
	accelerator: 'kvm',
	cpus: 2,
	memory: 2 ** 31,
	firmware: {kind: 'bios'},
	medium: {kind: 'disk', path: '/d/disk.raw', format: 'raw', sectorSize: 512, isKept: false},
	addedDisks: [],
	tpmSocket: undefined,
	network: {kind: 'user', sshPort: 2222},
	display: 'none',
	credentials: {},
	moreArguments: [],
};

const uefi: VirtualMachine['firmware'] = {
	kind: 'uefi',
	code: {path: '/f/CODE.fd', format: 'raw'},
	variables: {path: '/run/vars', format: 'raw'},
	needsSmm: false,
};

const line = (changes: Partial<VirtualMachine>): string =>
	qemuArguments({...plain, ...changes}).join(' ');

test('is whole, for machines of both architectures', () => {
	const table: readonly (readonly [Partial<VirtualMachine>, string[]])[] = [
		[
			{},
			[
				'-nodefaults -machine q35 -accel kvm -cpu host -smp 2 -m 2048',
				'-drive if=none,id=medium,snapshot=on,cache=unsafe,format=raw,file=/d/disk.raw',
				'-device virtio-blk-pci,drive=medium,bootindex=0',
				'-nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22',
				'-device virtio-rng-pci -display none -serial mon:stdio',
			],
		],
		[
			{
				accelerator: 'tcg',
				cpus: 1,
				memory: 1.5 * 2 ** 30,
				firmware: {...uefi, needsSmm: true},
				medium: {kind: 'disk', path: '/d/a,b.img', format: 'qcow2', sectorSize: 512, isKept: true},
				tpmSocket: '/run/tpm/socket',
				network: {kind: 'none'},
				display: 'gtk',
				credentials: {'ssh.authorized_keys.root': 'ssh-ed25519 AAAA,x\n'},
				moreArguments: ['-s', '-S'],
			},
			[
				'-nodefaults -machine q35,smm=on -accel tcg -cpu max -smp 1 -m 1536',
				'-drive if=pflash,unit=0,readonly=on,format=raw,file=/f/CODE.fd',
				'-drive if=pflash,unit=1,format=raw,file=/run/vars',
				'-global driver=cfi.pflash01,property=secure,value=on -global ICH9-LPC.disable_s3=1',
				'-drive if=none,id=medium,discard=unmap,format=qcow2,file=/d/a,,b.img',
				'-device virtio-blk-pci,drive=medium,bootindex=0',
				'-chardev socket,id=tpm-socket,path=/run/tpm/socket',
				'-tpmdev emulator,id=tpm,chardev=tpm-socket -device tpm-crb,tpmdev=tpm',
				'-nic none -device virtio-rng-pci',
				'-smbios type=11,value=io.systemd.credential.binary:ssh.authorized_keys.root=c3NoLWVkMjU1MTkgQUFBQSx4Cg==',
				'-display gtk -device virtio-vga -device qemu-xhci -device usb-kbd -device usb-tablet',
				'-serial mon:stdio -s -S',
			],
		],
		[
			{
				architecture: 'aarch64',
				accelerator: 'tcg',
				firmware: uefi,
				medium: {kind: 'optical', path: '/d/live.iso'},
				tpmSocket: '/run/tpm/socket',
				display: 'sdl',
			},
			[
				'-nodefaults -machine virt -accel tcg -cpu max,pauth-impdef=on -smp 2 -m 2048',
				'-drive if=pflash,unit=0,readonly=on,format=raw,file=/f/CODE.fd',
				'-drive if=pflash,unit=1,format=raw,file=/run/vars',
				'-drive if=none,id=medium,media=cdrom,readonly=on,format=raw,file=/d/live.iso',
				'-device virtio-scsi-pci -device scsi-cd,drive=medium,bootindex=0',
				'-chardev socket,id=tpm-socket,path=/run/tpm/socket',
				'-tpmdev emulator,id=tpm,chardev=tpm-socket -device tpm-tis-device,tpmdev=tpm',
				'-nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22',
				'-device virtio-rng-pci',
				'-display sdl -device virtio-gpu-pci -device qemu-xhci -device usb-kbd -device usb-tablet',
				'-serial mon:stdio',
			],
		],
	];
	for (const [changes, expected] of table) assert.is(line(changes), expected.join(' '));
});

test('starts the kernel of a live system itself, with the root image on the first disk', () => {
	assert.equal(
		qemuArguments({
			...plain,
			medium: {
				kind: 'live',
				kernel: '/l/vmlinuz',
				initramfs: '/l/initrd.img',
				image: '/l/root.erofs',
				commandLine: 'root=tmpfs console=ttyS0',
			},
		}).slice(11, 21),
		[
			...['-kernel', '/l/vmlinuz', '-initrd', '/l/initrd.img'],
			...['-append', 'root=tmpfs console=ttyS0'],
			...['-drive', 'if=none,id=medium,readonly=on,format=raw,file=/l/root.erofs'],
			...['-device', 'virtio-blk-pci,drive=medium'],
		],
	);
});

test('tells the sectors of a disk that has large ones', () => {
	assert.match(
		line({
			medium: {kind: 'disk', path: '/d/4k.raw', format: 'raw', sectorSize: 4096, isKept: true},
		}),
		'-device virtio-blk-pci,drive=medium,bootindex=0,logical_block_size=4096,physical_block_size=4096 ',
	);
});

test('boots a blank disk before an ISO, and after everything else', () => {
	const added = (path: string, isBlank: boolean): AddedDisk => ({
		...{path, isBlank, format: 'raw', sectorSize: 512},
	});
	const addedDisks = [added('/d/full', false), added('/d/blank', true)];
	const order = (changes: Partial<VirtualMachine>) =>
		[...line({...changes, addedDisks}).matchAll(/drive=(\w+)(?:,bootindex=(\d))?/g)].map(
			([, name, index]) => `${name} ${index}`,
		);
	assert.equal(order({medium: {kind: 'optical', path: '/d/live.iso'}}), [
		'medium 1',
		'added0 2',
		'added1 0',
	]);
	assert.equal(order({}), ['medium 0', 'added0 1', 'added1 2']);
	const live = {kernel: '/k', initramfs: '/i', image: '/r', commandLine: ''};
	assert.equal(order({medium: {kind: 'live', ...live}}), [
		'medium undefined',
		'added0 0',
		'added1 1',
	]);
	assert.match(line({addedDisks}), 'id=added1,discard=unmap,format=raw,file=/d/blank ');
});

test.run();
