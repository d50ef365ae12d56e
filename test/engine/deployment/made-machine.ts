import {
	lstatSync,
	mkdirSync,
	mkdtempSync,
	rmdirSync,
	rmSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {BootEntry, BootLoader} from '../../../engine/boot/boot-loader.ts';
import {formatEntryName} from '../../../engine/boot/entry-name.ts';
import {formatLoaderEntry} from '../../../engine/boot/loader-entry.ts';
import {mountedPartition} from '../../../engine/boot/mounted-partition.ts';
import {systemdBoot} from '../../../engine/boot/systemd-boot.ts';
import type {DeploymentSet} from '../../../engine/deployment/deployment.ts';
import {writeOrigin} from '../../../engine/deployment/state-directory.ts';
import {type FakeSystem, fakeSystem} from '../../../engine/system/fake.ts';
import {hostSystem} from '../../../engine/system/host.ts';

/** A machine in a folder: state, boot partition and kernel command line are real files. */
export interface MadeMachine extends Disposable {
	/** What stands before all paths. */
	readonly root: string;
	/** Mount point of its boot partition. */
	readonly esp: string;
	readonly bootLoader: BootLoader;
	/** Binds by links, locks for real, and records the rest. */
	readonly system: FakeSystem;
}

/**
 * Its boot entries share one kernel, `EFI/Linux/slipway-k`.
 * @param given the set, or what makes it and puts images on the physical root
 */
export async function makeMachine(
	given: DeploymentSet | ((physicalRoot: string) => Promise<DeploymentSet>),
): Promise<MadeMachine> {
	const root = mkdtempSync(path.join(tmpdir(), 'machine-'));
	const set = typeof given === 'function' ? await given(path.join(root, 'sysroot')) : given;
	const esp = path.join(root, 'efi');
	const booted = set.deployments.find(({id}) => id === set.bootedId);
	const digest = booted?.origin?.imageVerity.digest ?? '00';
	writeFile(
		path.join(root, 'proc/cmdline'),
		`root=UUID=6d1a-22 rw composefs=${digest} slipway=${set.bootedId} quiet\n`,
	);
	for (const deployment of set.deployments)
		if (deployment.origin !== undefined) await writeOrigin(path.join(root, 'sysroot'), deployment);
	for (const name of ['linux', 'initrd'])
		writeFile(path.join(esp, 'EFI/Linux/slipway-k', name), name);
	for (const entry of set.entries ?? []) writeEntry(esp, entry);
	const bootLoader = systemdBoot(mountedPartition(fakeSystem(), esp));
	const system = machineSystem(esp);
	return {root, esp, bootLoader, system, [Symbol.dispose]: () => rmSync(root, {recursive: true})};
}

function writeEntry(esp: string, {deploymentId, title, sequence, tries}: BootEntry): void {
	const name = formatEntryName({stem: `slipway-${deploymentId}`, tries});
	const text = formatLoaderEntry({
		title,
		sortKey: 'slipway',
		version: String(sequence),
		linux: '/EFI/Linux/slipway-k/linux',
		initrd: ['/EFI/Linux/slipway-k/initrd'],
		options: `root=UUID=6d1a-22 rw composefs=00 slipway=${deploymentId} quiet`,
		others: [],
	});
	writeFile(path.join(esp, 'loader/entries', name), text);
}

/** For another process that changes a made machine. @param esp where it is */
export function machineSystem(esp: string): FakeSystem {
	const {lock} = hostSystem();
	return fakeSystem(
		{
			lock,
			capabilities: () => new Set(['SYS_ADMIN']),
			mount: (source, target, _type, flags) => {
				if (flags.includes('remount')) return;
				// One that was killed has left its link.
				if (lstatSync(target).isSymbolicLink()) unlinkSync(target);
				else rmdirSync(target);
				symlinkSync(source, target);
			},
			unmount: (target) => {
				unlinkSync(target);
				mkdirSync(target);
			},
		},
		{bootctl: `${esp}\n`},
	);
}

export function writeFile(file: string, text: string): void {
	mkdirSync(path.dirname(file), {recursive: true});
	writeFileSync(file, text);
}
