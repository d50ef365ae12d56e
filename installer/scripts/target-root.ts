/**
 * The new system's root as it will be, before it was ever booted: for scripts that change it. Its read-only
 * part is that of the system that installs, which is the same image: so the kernel that runs here need know
 * neither composefs nor the fs-verity of the disk.
 *
 *   image, read-only    /  bind of this root without what is mounted in it, or of the live medium's image
 *   partition           /etc  overlay over the image's, upper layer of the deployment;  /var
 *   this system         /dev, /proc, /sys
 *   memory              /run, /tmp
 */
import {
	existsSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmdirSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {deploymentsFolder} from '../../engine/deployment/state-directory.ts';
import {isLiveSystem, liveImagePath} from '../../engine/source/live-root.ts';
import type {System} from '../../engine/system/system.ts';
import {scratchFolder} from '../scratch.ts';
import {endProcessesIn, unmountWhenIdle} from './unmount-when-idle.ts';

export interface TargetSource {
	/** A device that is just the partition of the root, with its file system. */
	readonly device: string;
	readonly type: string;
	readonly deploymentId: string;
	/** Root of the image that is installed. */
	readonly image?: string;
}

type Calls = Pick<System, 'mount' | 'unmount' | 'unshareMounts' | 'syncFileSystem'>;

/** Where the image that is installed can be bound from. */
export function imageRoot(): string {
	return isLiveSystem() ? liveImagePath : '/';
}

/**
 * Mounts it where this process and its children alone see it, for as long as some work goes on. Afterwards
 * all of that is on the medium, and what it left running in there is gone.
 * @throws what the work throws; KernelCallFailed; OperationFailed `target-busy`
 */
export async function withTarget(
	system: Calls,
	source: TargetSource,
	work: (root: string) => Promise<void>,
): Promise<void> {
	try {
		await using cleanup = new AsyncDisposableStack();
		await work(mountTarget(system, source, cleanup));
	} catch (error) {
		throw firstError(error);
	}
}

/** The others follow from it. */
function firstError(error: unknown): unknown {
	return error instanceof SuppressedError ? firstError(error.suppressed) : error;
}

function mountTarget(system: Calls, source: TargetSource, cleanup: AsyncDisposableStack): string {
	system.unshareMounts();
	const folder = newFolder(cleanup, path.join(scratchFolder(), 'slipway-target-'));
	const physical = inFolder(cleanup, folder, 'physical');
	system.mount(source.device, physical, source.type, ['nodev']);
	cleanup.defer(() => unmountWhenIdle(system, physical));
	cleanup.defer(() => system.syncFileSystem(physical));
	const root = kickstartPlace(system, cleanup) ?? inFolder(cleanup, folder, 'root');
	const bind = (from: string, to: string) => {
		system.mount(from, to, '', ['bind']);
		cleanup.defer(() => unmountWhenIdle(system, to));
	};
	bind(source.image ?? imageRoot(), root);
	system.mount('none', root, '', ['remount', 'bind', 'ro']);
	mountEtc(system, cleanup, root, path.join(physical, deploymentsFolder, source.deploymentId));
	bind(path.join(physical, 'state/os/default/var'), path.join(root, 'var'));
	mountRuntime(system, cleanup, root);
	provideNameServers(bind, root);
	cleanup.defer(() => endProcessesIn(root));
	return root;
}

/** As slipway-root mounts it at each boot. */
function mountEtc(
	system: Calls,
	cleanup: AsyncDisposableStack,
	root: string,
	deployment: string,
): void {
	const place = path.join(root, 'etc');
	const layers = `lowerdir=${place},upperdir=${deployment}/etc/upper,workdir=${deployment}/etc/work`;
	const options = 'index=off,metacopy=off,redirect_dir=off,xino=off';
	system.mount('slipway-etc', place, 'overlay', [], `${layers},${options}`);
	cleanup.defer(() => unmountWhenIdle(system, place));
}

function mountRuntime(system: Calls, cleanup: AsyncDisposableStack, root: string): void {
	for (const name of ['dev', 'proc', 'sys']) {
		const place = path.join(root, name);
		if (!isFolder(place)) continue;
		system.mount(`/${name}`, place, '', ['bind', 'rec']);
		cleanup.defer(() => system.unmount(place, true));
	}
	for (const name of ['run', 'tmp']) {
		const place = path.join(root, name);
		if (!isFolder(place)) continue;
		system.mount('tmpfs', place, 'tmpfs', ['nosuid', 'nodev'], 'mode=1777');
		cleanup.defer(() => system.unmount(place, true));
	}
}

/** Name servers of this system, for scripts that fetch something; nothing of it stays. */
function provideNameServers(bind: (from: string, to: string) => void, root: string): void {
	const ours = '/etc/resolv.conf';
	const theirs = path.join(root, ours);
	if (!existsSync(ours)) return;
	const stat = lstatSync(theirs, {throwIfNoEntry: false});
	if (stat?.isFile()) bind(ours, theirs);
	if (!stat?.isSymbolicLink()) return;
	const target = path.resolve('/etc', readlinkSync(theirs));
	if (!target.startsWith('/run/')) return;
	mkdirSync(path.join(root, path.dirname(target)), {recursive: true});
	writeFileSync(path.join(root, target), readFileSync(ours));
}

/**
 * Where kickstarts expect it, if nothing lies there that this would hide: below an empty /mnt, in memory, so
 * that nothing of it stays.
 */
function kickstartPlace(system: Calls, cleanup: AsyncDisposableStack): string | undefined {
	const parent = '/mnt';
	if (!existsSync(parent) || readdirSync(parent).length > 0) return undefined;
	system.mount('tmpfs', parent, 'tmpfs', ['nosuid', 'nodev'], 'mode=0755');
	cleanup.defer(() => system.unmount(parent, true));
	const place = path.join(parent, 'sysimage');
	mkdirSync(place);
	return place;
}

function newFolder(cleanup: AsyncDisposableStack, start: string): string {
	const folder = mkdtempSync(start);
	cleanup.defer(() => rmdirSync(folder));
	return folder;
}

function inFolder(cleanup: AsyncDisposableStack, parent: string, name: string): string {
	const folder = path.join(parent, name);
	mkdirSync(folder);
	cleanup.defer(() => rmdirSync(folder));
	return folder;
}

function isFolder(place: string): boolean {
	return lstatSync(place, {throwIfNoEntry: false})?.isDirectory() === true;
}
