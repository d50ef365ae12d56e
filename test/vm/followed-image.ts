/** A machine in a virtual machine, and the registry whose image it follows. */
import * as assert from 'uvu/assert';
import type {StatusDocument} from '../../engine/deployment/status.ts';
import {podman} from '../host/podman.ts';
import {deriveImage} from '../setup/derived-image.ts';
import {type Registry, startRegistry} from '../setup/registry.ts';
import {InstalledDisk} from './installed-disk.ts';
import {Machine} from './machine.ts';
import {hostInGuest} from './qemu-command.ts';

const imageName = 'myos:latest';

export interface FollowedImageOptions {
	/** Whether the machine's updater acts by itself; else what is due is done by hand. */
	readonly updates?: boolean;
	/** Whether the machine has a hardware watchdog. */
	readonly watchdog?: boolean;
	/** Whether a BIOS starts the machine, from a disk that UEFI starts too. */
	readonly bios?: boolean;
}

export class FollowedImage implements AsyncDisposable {
	readonly registry: Registry;
	readonly disk: InstalledDisk;
	readonly machine: Machine;
	/** What the machine follows. */
	readonly reference: string;

	private constructor(registry: Registry, disk: InstalledDisk, machine: Machine) {
		this.registry = registry;
		this.disk = disk;
		this.machine = machine;
		this.reference = reference(registry);
	}

	/** Installs version 1, made by these commands, and boots it; the caller disposes of both. */
	static async start(
		commands: readonly string[],
		{updates = false, watchdog = false, bios = false}: FollowedImageOptions = {},
	): Promise<FollowedImage> {
		await using stack = new AsyncDisposableStack();
		const registry = stack.use(await startRegistry());
		const {name} = await deriveImage(tag(registry, '1'), '1', commands);
		const byHand = updates ? [] : ['--karg', 'systemd.mask=slipway-update.timer'];
		const firmware = bios ? ['--firmware', 'both'] : [];
		const args = ['--target-image', reference(registry), ...byHand, ...firmware];
		const disk = stack.use(await InstalledDisk.make({args, image: name}));
		await podman(['rmi', name]);
		const running = stack.use(await Machine.start({disk: disk.file, watchdog, bios}));
		const followed = new FollowedImage(registry, disk, running);
		await followed.expectRunning('1');
		await running.ok(`mkdir -p /etc/containers/registries.conf.d
			printf '[[registry]]\\nlocation = "%s"\\ninsecure = true\\n' ${hostInGuest}:${registry.port} \\
				> /etc/containers/registries.conf.d/test.conf`);
		stack.move();
		return followed;
	}

	/** Builds a version by these commands and makes it the one to follow. */
	async publish(version: string, commands: readonly string[]): Promise<void> {
		const {name} = await deriveImage(tag(this.registry, version), version, commands);
		await this.registry.push(name, imageName, 'zstd');
		await podman(['rmi', name]);
	}

	/** Takes the image in; gives the ID of the staged deployment. */
	async stage(): Promise<string> {
		const {kind, deployment} = JSON.parse(
			await this.machine.ok('slipway upgrade --quiet --json', 900_000),
		);
		assert.is(kind, 'staged');
		return deployment;
	}

	/** The boot loader tries a staged deployment once only; with all three attempts, tests would take long. */
	async leaveOneAttempt(deployment: string): Promise<void> {
		const entry = `/mnt/loader/entries/slipway-${deployment}`;
		await this.machine.ok(`mount /dev/disk/by-partlabel/slipway-esp /mnt
			mv ${entry}+3.conf ${entry}+1.conf && umount /mnt`);
	}

	async status(): Promise<StatusDocument['status']> {
		const document: StatusDocument = JSON.parse(await this.machine.ok('slipway status --json'));
		return document.status;
	}

	/** Waits until the machine is up, and expects it to be well and to run this version. */
	async expectRunning(version: string): Promise<void> {
		const {output} = await this.machine.run(
			'systemctl is-system-running --wait; systemctl --failed --no-legend --plain',
		);
		assert.is(output, 'running\n');
		assert.is((await this.status()).booted?.image?.version, version);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.machine[Symbol.asyncDispose]();
		this.disk[Symbol.dispose]();
		await this.registry[Symbol.asyncDispose]();
	}
}

function reference({port}: Registry): string {
	return `${hostInGuest}:${port}/${imageName}`;
}

/** Others follow images at the same time. */
function tag({port}: Registry, version: string): string {
	return `v${version}-${port}`;
}
