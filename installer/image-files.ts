import {readFileSync} from 'node:fs';
import path from 'node:path';
import {
	imageKernelArguments,
	type KernelArgument,
	readKernelArgumentFiles,
} from '../engine/boot/kargs.ts';
import {type Kernel, readKernel} from '../engine/boot/kernel.ts';
import {findSystemdBoot} from '../engine/boot/systemd-boot-files.ts';
import {imageSettingsFile} from '../engine/deployment/image-reference.ts';
import {ImageRoot} from '../engine/lint/image-root.ts';
import type {Architecture} from './architecture.ts';
import type {LayoutSettings} from './disk/layout-settings.ts';
import {readLayoutSettings} from './layout-files.ts';

/** What the installer reads in an image besides its tree: small files that say how to install it. */
export interface ImageFiles {
	readonly kernel: Kernel;
	readonly kernelArguments: readonly KernelArgument[];
	readonly layout: LayoutSettings;
	/** systemd-boot's program in the image, as a path of this host. */
	readonly bootProgram: string;
	/** Text of image.toml; undefined when the image has none. */
	readonly imageSettings: string | undefined;
	readonly osRelease: OsRelease;
}

/** The fields of os-release(5) that boot menu and status show. */
export interface OsRelease {
	readonly prettyName: string;
	readonly imageVersion: string | undefined;
}

/**
 * Reads them from the root of an unpacked image.
 * @throws Refused `no-kernel`, `several-kernels`, `no-initramfs`, `no-boot-loader`
 * @throws UsageError for a mistake in a file of settings: file, line, what was expected
 */
export async function readImageFiles(
	root: string,
	architecture: Architecture,
): Promise<ImageFiles> {
	return {
		kernelArguments: imageKernelArguments(await readKernelArgumentFiles(root), architecture.kernel),
		layout: await readLayoutSettings(new ImageRoot(root), architecture),
		imageSettings: readText(root, imageSettingsFile),
		osRelease: parseOsRelease(
			readText(root, '/usr/lib/os-release') ?? readText(root, '/etc/os-release') ?? '',
		),
		bootProgram: await findSystemdBoot(root, architecture.efi),
		kernel: await readKernel(root),
	};
}

function readText(root: string, place: string): string | undefined {
	try {
		return readFileSync(path.join(root, place), 'utf8');
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * A value is bare or in quotes; a backslash in double quotes stands before what a shell would expand.
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function parseOsRelease(text: string): OsRelease {
	const assignment = /^([A-Z_]+)=(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|((?!["'])\S*))$/gm;
	const values = new Map(
		[...text.matchAll(assignment)].map(([, key = '', double, single, bare]) => [
			key,
			double?.replace(/\\(["$`\\])/g, '$1') ?? single ?? bare ?? '',
		]),
	);
	return {
		prettyName: values.get('PRETTY_NAME') || values.get('NAME') || 'Linux',
		imageVersion: values.get('IMAGE_VERSION') || values.get('VERSION_ID') || undefined,
	};
}
