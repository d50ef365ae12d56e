/**
 * Bootstrap content: what a machine gets that is not of its image. Answers and the image's tree are made
 * to files below /etc and /var, and to a list of them that has no secret in it.
 */
import type {EngineError} from '../../engine/errors.ts';
import type {FileContexts} from '../../engine/tree/file-contexts.ts';
import {relabel} from '../../engine/tree/selinux.ts';
import type {Answers} from '../answers/answers.ts';
import {planAccounts} from './accounts/plan-accounts.ts';
import {planCloudInit} from './cloud-init.ts';
import {planCredentials} from './credentials.ts';
import {planFiles} from './given-files.ts';
import type {ImageTree} from './image-tree.ts';
import {MachineFiles, type MachineTree} from './machine-files.ts';
import type {LiveSetting} from './network/copy-live.ts';
import {planNetwork} from './network/plan-network.ts';
import {Problems} from './problems.ts';
import {planRegistry} from './registry/plan-registry.ts';
import type {SealedCredentials} from './seal-credentials.ts';
import {contentOf, type ReadContents} from './source-contents.ts';
import {planSystem} from './system/plan-system.ts';
import {putZram} from './system/zram.ts';
import {planServices} from './units/plan-services.ts';
import {planUpdates} from './update-policy.ts';
import type {BootstrapItem, BootstrapWork} from './work.ts';

export interface BootstrapRequest {
	readonly answers: Answers;
	readonly image: ImageTree;
	/** What {@link readContents} gave. */
	readonly contents: ReadContents;
	/** Credentials that were sealed to the TPM2; none when left out. */
	readonly sealed?: SealedCredentials;
	/** How the live system sets up its network; left out where this is none. */
	readonly liveNetwork?: readonly LiveSetting[] | undefined;
	/** Labels of the image's policy; undefined when it has none. */
	readonly contexts: FileContexts | undefined;
	/** Times of files, and the last change of passwords. */
	readonly now: Date;
}

export interface PlannedBootstrap {
	/** For people, in the order of the answers. */
	readonly items: readonly BootstrapItem[];
	readonly tree: MachineTree;
	/** All that is wrong with the answers, on their own and with this image; the tree is of no use then. */
	readonly problems: readonly EngineError[];
}

/** Decides, and touches nothing. Without answers there are no items, and the tree is empty. */
export function plannedBootstrap({
	answers,
	image,
	contents,
	sealed = new Map(),
	liveNetwork,
	contexts,
	now,
}: BootstrapRequest): PlannedBootstrap {
	const problems = new Problems();
	const files = new MachineFiles(image, problems, now);
	const items: BootstrapItem[] = [];
	const work: BootstrapWork = {
		image,
		files,
		problems,
		now,
		contentOf: (source) => contentOf(source, contents),
		note: (what, place, {secret} = {secret: false}) => items.push({what, place, secret}),
	};
	const accounts = planAccounts(answers, work);
	planSystem(answers.system, work);
	putZram(work, answers.storage.swap);
	planNetwork(answers.network, answers.services, liveNetwork, work);
	planRegistry(answers.registry, work);
	planUpdates(answers.updates, work);
	planServices(answers.services, work);
	planFiles(answers.files, accounts, work);
	planCredentials(answers.credentials, sealed, work);
	planCloudInit(answers.cloudInit, work);
	relabel(files.root, contexts);
	return {items, tree: files, problems: problems.found};
}
