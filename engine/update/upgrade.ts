import path from 'node:path';
import {type Machine, type OpenMachine, openMachine} from '../deployment/change-machine.ts';
import type {ReadableDeployment} from '../deployment/deployment.ts';
import {rememberDownload} from '../deployment/downloaded.ts';
import type {DeploymentId} from '../deployment/id.ts';
import {imageFilesOf} from '../deployment/image-files.ts';
import type {MachineLockOptions} from '../deployment/machine-lock.ts';
import {type ImageReference, isSameReference} from '../deployment/origin.ts';
import {
	decideSoftReboot,
	prepareSoftReboot,
	requireSoftRebootingMachine,
	type SoftReboot,
} from '../deployment/prepare-soft-reboot.ts';
import type {SoftRebootMode} from '../deployment/soft-reboot.ts';
import {deploymentStates} from '../deployment/states.ts';
import type {Step} from '../deployment/step.ts';
import {rollback} from '../deployment/transitions.ts';
import {EngineError, Refused} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {Image} from '../oci/image.ts';
import {hostPlatform} from '../oci/platform.ts';
import {type PulledImage, pullImage} from '../oci/pull-image.ts';
import {checkImage} from '../preflight/check-image.ts';
import {orNoRoom} from '../store/room.ts';
import {openStore, type Store} from '../store/store.ts';
import type {StoreWriter} from '../store/writer.ts';
import type {System} from '../system/system.ts';
import {type FoundImage, isSameImage} from './cached-update.ts';
import {findImage} from './find-image.ts';
import {newDeploymentOf} from './new-deployment-of.ts';
import {emptyQuarantine, findQuarantined, readQuarantine, writeQuarantine} from './quarantine.ts';
import {type Staged, stageDeployment} from './stage-deployment.ts';
import type {UpdateSourceOptions} from './update-source.ts';

export interface UpgradeOptions extends MachineLockOptions, UpdateSourceOptions {
	/** An image that the machine is to follow from now on. */
	readonly switchTo?: ImageReference;
	/** Bring what a check of the followed image found, and not what the name leads to by now. */
	readonly found?: {readonly reference: ImageReference; readonly digest: Digest};
	/** How far to go: only look, have all content in the store, or let the next boot try it. */
	readonly until: 'checked' | 'downloaded' | 'staged';
	/** Take an image that failed to boot here before. */
	readonly evenIfFailed?: boolean;
	/** Prepare a soft reboot into what is staged. */
	readonly softReboot?: SoftRebootMode;
}

/** What came of an upgrade. It is JSON as it is. */
export type UpgradeOutcome = {
	readonly reference: ImageReference;
	/** What the reference leads to. */
	readonly image: FoundImage;
} & (
	| ({readonly kind: 'up-to-date'} & KeptDeployment)
	| {readonly kind: 'available'}
	| ({readonly kind: 'downloaded'} & Transfer)
	| ({readonly kind: 'staged'} & Staged & Transfer)
);

/** The deployment of an image that is deployed already. */
interface KeptDeployment {
	readonly deployment: DeploymentId;
	/** One that was staged and is no more: the reference leads to the booted image again. */
	readonly unstaged: DeploymentId | null;
	/** When it was asked for, and that deployment is the staged one. */
	readonly softReboot?: SoftReboot;
}

/** What had to be brought. */
export interface Transfer {
	readonly layersFetched: number;
	readonly layersKnown: number;
	/** As transferred. */
	readonly bytesFetched: number;
}

/**
 * Brings the image that the machine's reference leads to into the store, and lets the next boot try it.
 * The running system is not touched, and until the last step, the loader entry, nor is what boots next.
 * Killed anywhere, it goes on where it was when it is run again. Where a soft reboot is required and cannot be
 * done, nothing is staged.
 * @param root what stands before all paths; for tests
 * @throws Refused, DamagedInput, OperationFailed with the machine as it was
 */
export async function upgradeMachine(
	system: System,
	options: UpgradeOptions,
	root = '/',
): Promise<UpgradeOutcome> {
	using machine = await openMachine(system, options, root);
	await requireSoftRebootingMachine(machine.set, options.softReboot, root);
	const reference = options.switchTo ?? followedReference(machine, options.found?.reference);
	await using opened = await findImage(
		system,
		{physicalRoot: machine.physicalRoot, reference},
		{
			...options,
			...(options.found && {digest: options.found.digest}),
			isFollowed: followsAfter(options),
		},
	);
	const {found, source} = opened;
	const outcome = {reference, image: found};
	const current = await keepCurrent(machine, {reference, found}, options, root);
	if (current !== undefined) return {...outcome, kind: 'up-to-date', ...current};
	if (options.until === 'checked') return {...outcome, kind: 'available'};
	await admit(machine, found, options);
	const store = openStore(system, path.join(machine.physicalRoot, 'composefs'));
	const image = opened.image ?? (await source.open(hostPlatform()));
	const pulled = await pull(store, image, options);
	const {layersFetched, layersKnown, bytesFetched} = pulled;
	const transfer = {layersFetched, layersKnown, bytesFetched};
	if (options.until === 'downloaded') {
		await rememberDownload(machine.physicalRoot, image.config.diffIds, system.now());
		return {...outcome, kind: 'downloaded', ...transfer};
	}
	const files = await imageFilesOf(store, pulled.image.verityDigest);
	await checkImage(system, store, pulled.image.verityDigest, files.kernel, root);
	const booted = bootedOf(machine);
	const wanted = await newDeploymentOf(
		{image, found, reference, verityDigest: pulled.image.verityDigest, files},
		{booted, algorithm: 'sha256', now: system.now(), root},
	);
	const {progress, softReboot} = options;
	const place = {machine, store, booted, progress, softReboot, root};
	return {
		...outcome,
		kind: 'staged',
		...(await stageDeployment(system, place, wanted)),
		...transfer,
	};
}

function followsAfter({switchTo, until}: UpgradeOptions): 'yes' | 'from-now-on' | 'no' {
	if (switchTo === undefined) return 'yes';
	return until === 'staged' ? 'from-now-on' : 'no';
}

/**
 * @param expected which it was when somebody decided what to bring
 * @throws Refused `no-reference`, `reference-changed`
 */
function followedReference({set}: Machine, expected?: ImageReference): ImageReference {
	const {staged, booted} = deploymentStates(set);
	const image = (staged ?? booted)?.origin?.image;
	if (!image)
		throw new Refused('no-reference', 'it is not known where this machine gets its images from', {
			hint: 'Say it once: slipway switch REGISTRY/NAME:TAG.',
		});
	if (expected !== undefined && !isSameReference(image, expected))
		throw new Refused('reference-changed', `this machine follows ${image.image} by now`);
	return image;
}

/**
 * When the image is deployed already, makes the machine follow the reference with it; undefined when it is
 * not. What is staged gives way when the booted image is the one again.
 */
async function keepCurrent(
	machine: OpenMachine,
	{reference, found}: {reference: ImageReference; found: FoundImage},
	options: UpgradeOptions,
	root: string,
): Promise<KeptDeployment | undefined> {
	const {staged, booted} = deploymentStates(machine.set);
	const current = [staged, booted].find(
		(one): one is ReadableDeployment => one?.origin !== undefined && isSameImage(one.origin, found),
	);
	if (current === undefined) return undefined;
	const goesBack = current === booted && staged !== undefined;
	const steps = [
		...(goesBack ? rollback(machine.set, current.id).steps : []),
		...followSteps(current, reference),
	];
	const {id} = current;
	const mode = current === booted ? undefined : options.softReboot;
	const softReboot = mode && (await decideSoftReboot(machine.set, id, mode, root));
	if (steps.length > 0) await machine.run(steps);
	if (softReboot) await prepareSoftReboot(softReboot, machine.set, id, root);
	return {
		deployment: id,
		unstaged: goesBack ? staged.id : null,
		...(softReboot && {softReboot}),
	};
}

/** Of the same image under another name. */
function followSteps(current: ReadableDeployment, reference: ImageReference): Step[] {
	const {image} = current.origin;
	if (image !== null && isSameReference(image, reference)) return [];
	const origin = {...current.origin, image: reference};
	return [{kind: 'write-origin', deployment: {...current, origin}}];
}

/**
 * A person who asks for what they went back from wants it again; the updater does not get it.
 * @throws Refused `quarantined`
 */
async function admit(
	{physicalRoot}: Machine,
	found: FoundImage,
	{evenIfFailed, found: decided, until}: UpgradeOptions,
): Promise<void> {
	const {content = emptyQuarantine} = await readQuarantine(physicalRoot);
	const quarantined = findQuarantined(content, found);
	if (quarantined === undefined) return;
	if (quarantined.reason === 'rolled-back' && decided === undefined) {
		const images = content.images.filter((one) => one !== quarantined);
		if (until === 'staged') await writeQuarantine(physicalRoot, {...content, images});
	} else if (!evenIfFailed) {
		throw new Refused('quarantined', `image ${found.digest} has failed on this machine before`, {
			hint: 'Push a better one; to try this one again nevertheless: slipway upgrade --even-if-failed.',
		});
	}
}

async function pull(
	store: Store,
	image: Image,
	{progress, signal}: UpgradeOptions,
): Promise<PulledImage> {
	await using writer = await store.write();
	const options = {...(progress && {progress}), ...(signal && {signal})};
	const pulled = await pullImage(image, writer, options).catch(async (error: unknown) => {
		await keepWholeLayers(writer, error);
		throw error;
	});
	await orNoRoom(pulled.room, () => writer.commit());
	return pulled;
}

/** The next try need not fetch them again; a full disk gets its room back. */
async function keepWholeLayers(writer: StoreWriter, error: unknown): Promise<void> {
	if (error instanceof Refused && error.code === 'no-room') return;
	try {
		await writer.commit();
	} catch (cause) {
		if (!(cause instanceof EngineError)) throw cause;
	}
}

function bootedOf({set}: Machine): ReadableDeployment {
	const {booted} = deploymentStates(set);
	if (booted?.origin !== undefined) return booted;
	throw new Refused(
		'unreadable-deployment',
		`the running deployment cannot be read: ${booted?.problem ?? 'nothing is known of it'}`,
		{hint: 'See slipway status.'},
	);
}
