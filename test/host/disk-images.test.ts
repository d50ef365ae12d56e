/** Disk images as people make them: by containers with podman's default rights, of root and of others. */
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
	chownSync,
	createReadStream,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noProgress} from '../../engine/progress.ts';
import {hostSystem} from '../../engine/system/host.ts';
import {readManifestOf} from '../../installer/output/manifest/read-manifest.ts';
import {verifyDisk} from '../../installer/verify/verify-disk.ts';
import {cache, imageName, whyNoImage} from '../setup/image.ts';
import {beyondQuota, runsAll} from '../vm/requirements.ts';
import {inspectPodmanHost, podman, podmanCommandLine} from './podman.ts';

const test = suite('disk images of a container');
const problem = process.getuid?.() === 0 ? await whyNoImage() : 'needs root to compare with others';
if (problem !== undefined) console.log(`skipped: ${problem}`);
const check = problem === undefined ? test : test.skip;
const checkBeyond = runsAll ? check : test.skip;
if (problem === undefined && !runsAll) console.log(`skipped: ${beyondQuota}`);

/** The others take as long again; that they hold the same disk is for their own tests. */
const formats = runsAll ? 'raw,qcow2,vmdk,vhdx,vpc,gce,ova,iso' : 'raw,qcow2';

mkdirSync(cache, {recursive: true});
const folder = mkdtempSync(path.join(cache, 'disk-images-'));
test.after(() => rmSync(folder, {recursive: true}));

function makeFolder(name: string): string {
	const made = path.join(folder, name);
	mkdirSync(made);
	return made;
}

const words = (...more: readonly string[]) => ['disk', '--quiet', '--name', 'os', ...more, '/out'];

async function digests(out: string): Promise<Record<string, string>> {
	const found: Record<string, string> = {};
	for (const name of readdirSync(out).sort()) {
		const hash = createHash('sha256');
		for await (const piece of createReadStream(path.join(out, name), {highWaterMark: 1 << 20}))
			hash.update(piece);
		found[name] = hash.digest('hex');
	}
	return found;
}

let first: Record<string, string>;

check('hold nothing but the image and what the machine was to get', async () => {
	const out = makeFolder('first');
	await podman([
		...['run', '--rm', '--volume', `${out}:/out`, '--env', 'SOURCE_DATE_EPOCH=1700000000'],
		...[imageName, ...words('--format', formats, ...(runsAll ? [] : ['--hostname', 'web1']))],
	]);
	for (const name of ['os.raw', 'os.qcow2']) {
		const disk = path.join(out, name);
		const manifest = readManifestOf(disk, undefined);
		const signal = new AbortController().signal;
		const report = await verifyDisk(hostSystem(), {path: disk, manifest, signal}, noProgress);
		assert.equal(report.findings, [], name);
		assert.ok(report.objects > 10_000);
	}
	execFileSync('sfdisk', ['--verify', '--quiet', path.join(out, 'os.raw')]);
	execFileSync('qemu-img', ['check', '-q', path.join(out, 'os.qcow2')]);
	first = await digests(out);
});

check('are the same, byte for byte, at another time, place and number of processors', async () => {
	const out = makeFolder('second');
	await podman([
		...['run', '--rm', '--volume', `${out}:/out`, '--env', 'SOURCE_DATE_EPOCH=1700000000'],
		...['--env', 'TZ=Asia/Tokyo', '--env', 'LC_ALL=en_US.UTF-8', '--hostname', 'elsewhere'],
		...['--umask', '0077', '--entrypoint', '/bin/sh', imageName, '-c'],
		// Another moment in all that tells one: the clock's seconds, and so the times of files that are made.
		`sleep 2; exec taskset -c 0 /usr/lib/slipway/systemd ${words('--format', formats, ...(runsAll ? [] : ['--hostname', 'web1'])).join(' ')}`,
	]);
	assert.equal(await digests(out), first);
});

checkBeyond('are the same from a container of somebody who is not root', async () => {
	const missing = ['newuidmap', 'useradd'].find((name) => spawnSync('which', [name]).status !== 0);
	if (missing !== undefined) throw new Error(`${missing} is not installed`);
	const user = `slipway-${process.pid}`;
	execFileSync('useradd', ['--create-home', user]);
	try {
		const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) =>
			Number(execFileSync('id', [flag, user], {encoding: 'utf8'})),
		);
		const out = path.join('/home', user, 'out');
		const archive = path.join('/home', user, 'image.tar');
		await podman(['save', '--quiet', '--output', archive, imageName]);
		mkdirSync(out);
		for (const place of [out, archive]) chownSync(place, uid, gid);
		const runtime = `/run/user/${uid}`;
		if (!existsSync(runtime)) mkdirSync(runtime, {mode: 0o700, recursive: true});
		chownSync(runtime, uid, gid);
		const host = {...inspectPodmanHost(), isRoot: false};
		const as = (args: readonly string[]) =>
			execFileSync('runuser', ['-u', user, '--', ...podmanCommandLine(host, args)], {
				cwd: `/home/${user}`,
				env: {
					...process.env,
					HOME: `/home/${user}`,
					XDG_RUNTIME_DIR: runtime,
					STORAGE_DRIVER: 'overlay',
				},
				stdio: ['ignore', 'ignore', 'inherit'],
			});
		as(['load', '--quiet', '--input', archive]);
		as([
			...['run', '--rm', '--volume', `${out}:/out`, '--env', 'SOURCE_DATE_EPOCH=1700000000'],
			...[imageName, ...words('--format', formats)],
		]);
		assert.equal(await digests(out), first);
	} finally {
		spawnSync('loginctl', ['terminate-user', user]);
		spawnSync('pkill', ['-KILL', '-u', user]);
		execFileSync('userdel', ['--remove', '--force', user], {stdio: 'ignore'});
	}
});

check('have nothing of what no disk image can honour, and are not begun', async () => {
	const out = makeFolder('refused');
	writeFileSync(
		path.join(out, 'site.toml'),
		'version = 1\ndisk = "/dev/sda"\n[storage]\nswap = "hibernation"\n',
	);
	const {status, stderr} = await podman(
		[
			...['run', '--rm', '--volume', `${out}:/out`, imageName],
			...words('--format', 'raw', '--config', '/out/site.toml'),
		],
		{okStatuses: [3]},
	);
	assert.is(status, 3);
	assert.match(stderr, 'disk is for installing on a disk of a machine');
	assert.match(stderr, 'storage.swap follows from the memory of the machine');
	assert.equal(readdirSync(out), ['site.toml']);
});

test.run();
