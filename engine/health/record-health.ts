import path from 'node:path';
import type {DeploymentId} from '../deployment/id.ts';
import {physicalRoot, readDeploymentSet} from '../deployment/read-status.ts';
import {openWritableRoot} from '../deployment/writable-root.ts';
import {Refused} from '../errors.ts';
import type {System} from '../system/system.ts';
import {
	currentHealthFile,
	type HealthRecord,
	readCurrentHealth,
	readHealth,
	writeCurrentHealth,
	writeHealth,
} from './health-record.ts';

/** Its own, for who changes deployments meanwhile has the usual one. */
const mountPoint = '/run/slipway/health-root';

/** @throws Refused `not-deployed` */
export async function bootedDeployment(root = '/'): Promise<DeploymentId> {
	const {bootedId} = await readDeploymentSet(root);
	if (bootedId !== undefined) return bootedId;
	throw new Refused('not-deployed', 'this is not a machine that slipway installed', {
		hint: 'Run it on the machine itself; see slipway status.',
	});
}

/**
 * Notes how the running deployment started, first where no disk is needed.
 * @param root what stands before all paths; for tests
 */
export async function recordHealth(
	system: Pick<System, 'mount' | 'unmount'>,
	id: DeploymentId,
	record: HealthRecord,
	root = '/',
): Promise<void> {
	await writeCurrentHealth(record, path.join(root, currentHealthFile));
	// A good boot has nothing to tell the next one, unless it takes back what one before it said.
	const isNews =
		record.verdict !== 'healthy' ||
		(await readHealth(path.join(root, physicalRoot), id)) !== undefined;
	if (!isNews) return;
	using writable = openWritableRoot(
		system,
		path.join(root, physicalRoot),
		path.join(root, mountPoint),
	);
	await writeHealth(writable.path, id, record);
}

/**
 * Notes that this boot is given up, and which units of systemd had failed by then. What health checks
 * found says more and stays.
 */
export async function recordIncompleteBoot(
	system: Pick<System, 'mount' | 'unmount' | 'run' | 'now'>,
	id: DeploymentId,
	root = '/',
): Promise<HealthRecord> {
	const known = await readCurrentHealth(path.join(root, currentHealthFile));
	if (known?.verdict === 'unhealthy') return known;
	const record: HealthRecord = {
		version: 1,
		time: system.now().toISOString(),
		verdict: 'incomplete',
		checks: known?.checks ?? [],
		failedUnits: await failedUnits(system),
	};
	await recordHealth(system, id, record, root);
	return record;
}

async function failedUnits(system: Pick<System, 'run'>): Promise<string[]> {
	const {stdout} = await system.run('systemctl', [
		'list-units',
		'--failed',
		'--plain',
		'--no-legend',
	]);
	return stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
}
