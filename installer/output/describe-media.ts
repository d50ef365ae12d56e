/** What goes beside live media: for each a manifest, and a bill of materials of its image. */
import {createHash} from 'node:crypto';
import {statSync} from 'node:fs';
import path from 'node:path';
import {
	parseContainerEnvironment,
	updateReference,
} from '../../engine/deployment/image-reference.ts';
import {formatSpdx} from '../../engine/packages/spdx/spdx-document.ts';
import type {ProgressReporter} from '../../engine/progress.ts';
import {version} from '../../engine/version.ts';
import {withoutSecrets} from '../answers/web-address.ts';
import type {FitImage} from '../prepare-install.ts';
import {byteProgress} from '../sink/byte-progress.ts';
import {descriptionsOf} from './describe-disk.ts';
import {fileDigest} from './file-digest.ts';
import {imageSbom} from './image-sbom.ts';
import type {OutputFiles} from './output-files.ts';
import type {UnfinishedFile} from './unfinished-file.ts';

/** `FILE.manifest.json` of a live medium. Fields are only ever added within a version. */
export interface MediumManifest {
	readonly version: 1;
	readonly slipwayVersion: string;
	readonly format: string;
	readonly image: {
		/** Where machines that are installed get their updates. */
		readonly reference?: string;
		readonly manifestDigest?: string;
		readonly configDigest?: string;
	};
	/** Of the live system, besides those that find the medium. */
	readonly kernelArguments: readonly string[];
	/** What it does to a machine that is started from it, for people. */
	readonly effect: string;
	readonly outputs: readonly {
		readonly file: string;
		readonly size: number;
		readonly sha256: string;
	}[];
}

/** A medium that was made. */
export interface DescribedMedium {
	readonly format: string;
	/** Where it is, or would be if it was one file: its descriptions are called after that. */
	readonly place: string;
	readonly files: readonly UnfinishedFile[];
	readonly image: MediumImage;
	readonly kernelArguments: readonly string[];
	readonly effect: string;
	readonly time: Date;
}

export interface MediumImage extends Pick<FitImage, 'view' | 'environment' | 'layers'> {
	readonly files: Pick<FitImage['files'], 'imageSettings'>;
}

/**
 * Adds them to files that are all whole.
 * @throws OperationFailed `disk-full`; whatever the signal was aborted with
 */
export async function describeMedium(
	{format, place, files, image, kernelArguments, effect, time}: DescribedMedium,
	outputs: OutputFiles,
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<void> {
	const known = identityOf(image);
	const made = await hashFiles(files, report, signal);
	const manifest: MediumManifest = {
		...{version: 1, slipwayVersion: version, format},
		image: {...known, ...configDigestOf(image)},
		kernelArguments: kernelArguments.map(toldArgument),
		...{effect, outputs: made},
	};
	// Of all files: the first of a network boot is the kernel, which other images have too.
	const all = createHash('sha256').update(made.map(({sha256}) => sha256).join('\n'));
	const digest = all.digest('hex');
	const sbom = await imageSbom(image.view, {...known, digest}, time);
	const [sbomPlace, manifestPlace] = descriptionsOf(place);
	await outputs.addText(sbomPlace, formatSpdx(sbom));
	await outputs.addText(manifestPlace, `${JSON.stringify(manifest, undefined, '\t')}\n`);
}

function identityOf({environment, files, layers}: MediumImage) {
	const reference = updateReference({
		containerEnvironment: environment,
		imageSettings: files.imageSettings,
	})?.image;
	const manifestDigest = layers?.manifestDigest;
	return {
		...(reference !== undefined && {reference}),
		...(manifestDigest !== undefined && {manifestDigest}),
	};
}

function configDigestOf({environment}: MediumImage) {
	const {configDigest} = parseContainerEnvironment(environment ?? '');
	return configDigest === undefined ? {} : {configDigest};
}

/** `slipway.config=` may be a URL with a password. */
function toldArgument(argument: string): string {
	const value = argument.indexOf('=') + 1;
	return argument.slice(0, value) + withoutSecrets(argument.slice(value));
}

async function hashFiles(
	files: readonly UnfinishedFile[],
	report: ProgressReporter,
	signal: AbortSignal,
): Promise<MediumManifest['outputs']> {
	const sizes = files.map((file) => statSync(file.path).size);
	const total = sizes.reduce((sum, size) => sum + size, 0);
	const progress = byteProgress(report, 'describe', 'Computing checksums for the manifest', total);
	const hashed: MediumManifest['outputs'][number][] = [];
	for (const [index, file] of files.entries()) {
		const sha256 = await fileDigest(file.path, signal, {read: (bytes) => progress.add(bytes)});
		hashed.push({file: path.basename(file.place), size: sizes[index] ?? 0, sha256});
	}
	progress.done();
	return hashed;
}
