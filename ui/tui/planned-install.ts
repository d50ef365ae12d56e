import {describeUnlocking} from '../../engine/deployment/unlock-method.ts';
import {describeOther, describeUse} from '../../installer/disk/beside/sharing-text.ts';
import type {KeptPartition} from '../../installer/disk/layout.ts';
import {formatSize} from '../../installer/disk/size.ts';
import {
	describeRecoveryKey,
	type EncryptionPlan,
} from '../../installer/encryption/encryption-plan.ts';
import type {DiskPlan, InstallPlan} from '../../installer/plan.ts';
import type {PlannedInstall} from './port.ts';

/**
 * A plan as the summary shows it.
 * @param told what was worth telling while it was made, such as files with secrets that everybody can read
 */
export function plannedInstall(
	{disks, encryption, mirror, bootstrap, warnings}: InstallPlan,
	told: readonly string[],
): PlannedInstall {
	return {
		fingerprint: disks[0].fingerprint,
		destroys: disks.flatMap(({destroys}) => destroys ?? []),
		keeps: disks.flatMap(({layout}) => (layout.beside?.kept ?? []).map(describeKept)),
		makes: [
			...disks.flatMap(partitionsOf),
			...(mirror === undefined ? [] : [`MD RAID1 of the root over ${disks.length} disks`]),
			...(encryption === undefined ? [] : encryptionLines(encryption)),
			...bootstrap.map(({what, place}) => `${what}: ${place}`),
		],
		warnings: [...new Set([...told, ...warnings.map(({message}) => message)])],
	};
}

function encryptionLines({unlockedBy, recoveryKey}: EncryptionPlan): string[] {
	return [
		`LUKS2 for the root, unlocked by ${describeUnlocking(unlockedBy)}`,
		`recovery key: ${describeRecoveryKey(recoveryKey)}`,
	];
}

function describeKept(partition: KeptPartition): string {
	const use = describeUse(partition);
	return use === undefined ? describeOther(partition) : `${describeOther(partition)}, ${use}`;
}

function partitionsOf({layout}: DiskPlan): string[] {
	const {biosBoot, partitions} = layout;
	return [
		...(biosBoot === undefined
			? []
			: [`${biosBoot.number}  ${biosBoot.name}, ${formatSize(biosBoot.size)}, GRUB`]),
		...partitions.map(
			({number, finishedName, size, fileSystem}) =>
				`${number}  ${finishedName}, ${formatSize(size)}, ${fileSystem.type}`,
		),
	];
}
