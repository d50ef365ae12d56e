import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {type EngineError, Lacking} from '../../engine/errors.ts';
import {KernelCallFailed} from '../../engine/system/libc.ts';
import type {System} from '../../engine/system/system.ts';
import type {RootFileSystem} from '../disk/layout-settings.ts';
import {scratchFolder} from '../scratch.ts';
import {tryMounting} from '../sink/mount-trial.ts';
import {imageRoot} from './target-root.ts';

/** Why the new system's root cannot be mounted here, found out before anything is written; undefined when it can. */
export function whyNoTarget(system: System, type: RootFileSystem): EngineError | undefined {
	const trial = tryMounting(system, type);
	if (trial === 'no-file-system') return cannotMount(`the kernel that runs here has no ${type}`);
	if (trial === 'not-allowed') return cannotMount('this process may not mount file systems');
	try {
		tryOverlay(system);
		return undefined;
	} catch (error) {
		if (!(error instanceof KernelCallFailed)) throw error;
		return cannotMount(error.message);
	}
}

/** With the layers that /etc will have, but the upper one in memory. */
function tryOverlay(system: System): void {
	using cleanup = new DisposableStack();
	const folder = mkdtempSync(path.join(scratchFolder(), 'slipway-trial-'));
	cleanup.defer(() => rmSync(folder, {recursive: true}));
	system.mount('tmpfs', folder, 'tmpfs', ['nosuid', 'nodev']);
	cleanup.defer(() => system.unmount(folder));
	const place = (name: string) => path.join(folder, name);
	for (const name of ['root', 'upper', 'work']) mkdirSync(place(name));
	system.mount(imageRoot(), place('root'), '', ['bind']);
	cleanup.defer(() => system.unmount(place('root')));
	const etc = place('root/etc');
	const layers = `lowerdir=${etc},upperdir=${place('upper')},workdir=${place('work')}`;
	system.mount('slipway-trial', etc, 'overlay', [], layers);
	cleanup.defer(() => system.unmount(etc));
}

function cannotMount(reason: string): EngineError {
	return new Lacking(
		'needs-mounting',
		`the scripts of post need the new system mounted, and ${reason}`,
		{hint: 'Run as root, in a container with --privileged; or leave them out.'},
	);
}
