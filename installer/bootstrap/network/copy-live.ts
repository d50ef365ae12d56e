import type {ByteString} from '../../../engine/tree/tree.ts';
import type {Access} from '../machine-files.ts';
import type {BootstrapWork} from '../work.ts';

export type NetworkService = 'NetworkManager' | 'systemd-networkd';

/** A file by which a service of the live system sets up the network. */
export interface LiveSetting {
	readonly service: NetworkService;
	/** Where the installed machine has it. */
	readonly place: ByteString;
	/** Undefined where it only takes away the image's file of that name. */
	readonly content: Buffer | undefined;
	readonly access: Access;
}

/**
 * Gives the machine what the live system's own service goes by. What the image has just so comes with it.
 * @param live undefined where this is no live system
 */
export function copyLiveNetwork(
	work: BootstrapWork,
	service: NetworkService,
	live: readonly LiveSetting[] | undefined,
): void {
	if (live === undefined) {
		work.problems.refuse(
			'no-live-system',
			'network.copy-live copies from a live system, and this is none',
			{hint: 'Leave it out, and say the network in network.interface.'},
		);
		return;
	}
	for (const setting of live)
		if (setting.service === service && !isOfImage(work, setting)) putSetting(work, setting);
}

function isOfImage({image}: BootstrapWork, {place, content}: LiveSetting): boolean {
	if (content !== undefined) return image.bytes(place)?.equals(content) ?? false;
	const entry = image.entry(place);
	return entry?.type === 'symlink' && entry.target === '/dev/null';
}

function putSetting({files, note}: BootstrapWork, {place, content, access}: LiveSetting): void {
	if (content === undefined) files.link(place, '/dev/null');
	else files.file(place, content, access);
	note('network of the live system', place, {secret: (access.mode & 0o007) === 0});
}
