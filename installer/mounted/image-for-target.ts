import {type EngineError, Refused} from '../../engine/errors.ts';
import {searchInitramfs} from '../../engine/lint/initramfs.ts';
import type {InstallFiles} from '../install-files.ts';
import {type BootContentsBefore, entriesOfRoot} from './boot-contents.ts';
import type {MountedTargets} from './mounted-targets.ts';
import {findVolumeRefusals} from './target-refusals.ts';

/** What speaks against this image on this target, and against a target by what its boot partition has. */
export async function checkImageForTarget(
	{root, replace}: Pick<MountedTargets, 'root' | 'replace'>,
	{entries}: Pick<BootContentsBefore, 'entries'>,
	{kernel}: Pick<InstallFiles, 'kernel'>,
): Promise<EngineError[]> {
	const hasLvm = root.volumes.includes('LVM') && (await setsUpLvm(kernel.initramfs.path));
	const known = replace === 'wipe' ? [] : entriesOfRoot(entries, root.uuid ?? '');
	return [
		...findVolumeRefusals(root, hasLvm),
		...(known.length === 0
			? []
			: [
					new Refused(
						'already-installed',
						`${root.path} has a slipway system already: ${known.join(', ')}`,
						{
							hint: 'Boot it from the menu; if nobody wants it any more, remove that entry, /composefs and /state.',
						},
					),
				]),
	];
}

async function setsUpLvm(initramfs: string): Promise<boolean> {
	const found = await searchInitramfs(initramfs, (name) => /^(usr\/)?s?bin\/lvm$/.test(name));
	return found.kind === 'found';
}
