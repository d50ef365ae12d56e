/**
 * GPT partition types, so that firmware and systemd find partitions without a configuration.
 * @see https://uapi-group.org/specifications/specs/discoverable_partitions_specification/
 */
export const partitionTypes = {
	esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
	xbootldr: 'bc13c2ff-59e6-4262-a352-b275fd6f7172',
	rootX64: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
	rootArm64: 'b921b045-1df0-41c3-af44-4c6f280d3fae',
	var: '4d21b016-b534-45c2-a9fb-5c16e091fd2d',
	home: '933ac7e1-2eb4-4f13-b844-0e14e2aef915',
	srv: '3b8f8425-20e0-4f3b-907f-1a25a76f98e8',
	tmp: '7ec6f557-3bc5-4aca-b293-16ef5df639d1',
	swap: '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f',
	linux: '0fc63daf-8483-4772-8e79-3d69d8477de4',
	biosBoot: '21686148-6449-6e6f-744e-656564454649',
	raid: 'a19d880f-05fc-4d3b-a006-743f0f84911e',
	luks: 'ca7d7ccb-63ed-4c53-861c-1742536059cc',
	lvm: 'e6d6d379-f507-44c2-a23c-238f2a3df928',
	microsoftReserved: 'e3c9e316-0b5c-4db8-817d-f92df00215ae',
	microsoftData: 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7',
	windowsRecovery: 'de94bba4-06d1-4d40-a16a-bfd50179d6ac',
} as const;

export type PartitionTypeName = keyof typeof partitionTypes;

const descriptions: Readonly<Record<PartitionTypeName, string>> = {
	esp: 'EFI system partition',
	xbootldr: 'extended boot loader partition',
	rootX64: 'Linux root (x86-64)',
	rootArm64: 'Linux root (ARM 64-bit)',
	var: 'Linux variable data',
	home: 'Linux home',
	srv: 'Linux server data',
	tmp: 'Linux temporary data',
	swap: 'Linux swap',
	linux: 'Linux file system',
	biosBoot: 'BIOS boot partition',
	raid: 'Linux RAID',
	luks: 'Linux LUKS',
	lvm: 'Linux LVM',
	microsoftReserved: 'Microsoft reserved',
	microsoftData: 'Microsoft basic data',
	windowsRecovery: 'Windows recovery environment',
};

const namesByGuid = new Map(
	(Object.keys(partitionTypes) as PartitionTypeName[]).map((name) => [partitionTypes[name], name]),
) as ReadonlyMap<string, PartitionTypeName>;

/** What a type GUID means to people; undefined for types that are not Linux's or the firmware's. */
export function describePartitionType(guid: string): string | undefined {
	const name = namesByGuid.get(guid.toLowerCase());
	return name === undefined ? undefined : descriptions[name];
}

export type Architecture = 'x86-64' | 'arm64';

/** Of all architectures. */
export const rootPartitionTypes: readonly string[] = [
	partitionTypes.rootX64,
	partitionTypes.rootArm64,
];

/** The root type of an architecture. */
export function rootPartitionType(architecture: Architecture): string {
	return architecture === 'arm64' ? partitionTypes.rootArm64 : partitionTypes.rootX64;
}
