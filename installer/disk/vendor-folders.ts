import type {BootPartition} from '../../engine/boot/boot-partition.ts';

/** Folders in EFI, one for each system that starts from a partition: `Microsoft`, `debian`. */
export async function vendorFolders(
	partition: Pick<BootPartition, 'list'>,
): Promise<readonly string[]> {
	return (await partition.list('EFI'))
		.filter(({name, type}) => type === 'directory' && !/^(?:boot|linux|systemd)$/i.test(name))
		.map(({name}) => name);
}
