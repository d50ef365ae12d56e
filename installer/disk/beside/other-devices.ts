import type {System} from '../../../engine/system/system.ts';
import type {FoundEntry} from './found-boot.ts';

/** Whether what an entry starts is on another device than a disk, as far as devices are seen from here. */
export async function startsElsewhere(
	system: Pick<System, 'run'>,
	disk: string,
	{text}: Pick<FoundEntry, 'text'>,
): Promise<boolean> {
	for (const token of contentsOf(text)) {
		const {stdout} = await system.run(
			'blkid',
			['--cache-file', '/dev/null', '--match-token', token, '--output', 'device'],
			{okStatuses: [0, nothingFound]},
		);
		if (stdout.split('\n').some((device) => device !== '' && !isPartOf(disk, device))) return true;
	}
	return false;
}

const nothingFound = 2;

/** `UUID=…` of the root, or what else finds it, and of what it is encrypted in. */
function contentsOf(text: string): readonly string[] {
	const found = text.matchAll(/\broot=(\w+=\S+)|\brd\.luks\.(?:name|uuid)=(?:luks-)?([\da-f-]+)/gi);
	return [...found].map(([, root, encrypted]) => root ?? `UUID=${encrypted}`);
}

/** The kernel may still show a partition that is gone from the table. */
function isPartOf(disk: string, device: string): boolean {
	if (!device.startsWith(disk)) return false;
	const rest = device.slice(disk.length);
	// nvme0n12 is no part of nvme0n1.
	return rest === '' || (/\d$/.test(disk) ? /^p\d+$/ : /^\d+$/).test(rest);
}
