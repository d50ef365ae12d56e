/** What lsblk prints on machines with many kinds of disks, for `lsblkArguments`. */

type Row = Readonly<Record<string, unknown>>;

const unknown = {
	model: null,
	vendor: null,
	serial: null,
	wwn: null,
	tran: null,
	rota: false,
	rm: false,
	subsystems: 'block',
};

function row(name: string, type: string, size: number, facts: Row = {}): Row {
	return {name, kname: name, path: `/dev/${name}`, type, size, ...unknown, ...facts};
}

const nvme = (name: string, serial: string): Row =>
	row(name, 'disk', 1_000_204_886_016, {
		model: 'Samsung SSD 990 PRO 1TB',
		serial,
		wwn: `eui.0025384b31b0${serial.slice(-4)}`,
		tran: 'nvme',
		subsystems: 'block:nvme:pci',
	});

const partitionOf = (disk: string, size: number): Row => row(disk, 'part', size);

const sata = row('sda', 'disk', 4_000_787_030_016, {
	model: 'ST4000VN008-2DR166',
	vendor: 'ATA     ',
	serial: 'ZGY0ABCD',
	wwn: '0x5000c500a1b2c3d4',
	tran: 'sata',
	rota: true,
	subsystems: 'block:scsi:pci',
	children: [partitionOf('sda1', 4_000_785_964_544)],
});

const stick = row('sdb', 'disk', 32_015_679_488, {
	model: 'Ultra',
	vendor: 'SanDisk ',
	serial: '4C530001',
	tran: 'usb',
	rm: true,
	subsystems: 'block:scsi:usb:pci',
});

const noise: readonly Row[] = [
	row('loop0', 'loop', 67_108_864),
	row('sr0', 'rom', 1_073_741_312, {tran: 'sata', rm: true}),
	row('zram0', 'disk', 8_589_934_592),
	row('nbd0', 'disk', 0),
	row('sdz', 'disk', 0, {tran: 'usb', rm: true, model: 'Card Reader'}),
];

const mapper = {
	...row('mpatha', 'mpath', 2_199_023_255_552),
	kname: 'dm-3',
	path: '/dev/mapper/mpatha',
	children: [{...row('mpatha1', 'part', 1_073_741_824), kname: 'dm-4'}],
};

const netapp = (name: string): Row =>
	row(name, 'disk', 2_199_023_255_552, {
		model: 'LUN C-Mode',
		vendor: 'NETAPP  ',
		serial: '600a0980383041',
		wwn: '0x600a098038304130',
		tran: 'fc',
		subsystems: 'block:scsi:pci',
		children: [mapper],
	});

const json = (...rows: readonly Row[]): string =>
	JSON.stringify({blockdevices: rows}, undefined, 3);

export const lsblkSamples = {
	/** NVMe, SATA and a stick, beside what is no disk to install to. */
	workstation: json(...noise, nvme('nvme0n1', 'S6Z1NJ0W1111'), sata, stick),
	/** Two that differ in their serial alone. */
	twins: json(nvme('nvme0n1', 'S6Z1NJ0W1111'), nvme('nvme1n1', 'S6Z1NJ0W2222')),
	/** Nothing but a name and a size; numbers as old versions print them. */
	virtual: json(
		{
			...row('vda', 'disk', 0, {subsystems: 'block:virtio:pci', vendor: '0x1af4'}),
			size: '34359738368',
		},
		row('vdb', 'disk', 10_737_418_240, {subsystems: 'block:virtio:pci', serial: 'data'}),
	),
	/** Two paths to one disk. */
	multipath: json(netapp('sdc'), netapp('sdd')),
	/** A board with eMMC, whose boot areas are disks to the kernel. */
	board: json(
		row('mmcblk0', 'disk', 31_268_536_320, {subsystems: 'block:mmc:mmc_host:platform'}),
		row('mmcblk0boot0', 'disk', 4_194_304, {subsystems: 'block:mmc:mmc_host:platform'}),
	),
} as const;
