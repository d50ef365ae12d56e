import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {EngineError} from '../../../engine/errors.ts';
import {CommandFailed} from '../../../engine/system/commands.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {storedImage} from '../../../engine/update/stored-image.ts';

const test = suite("image in podman's storage");
const imageId = '3f2a9c1b'.repeat(8);

/** A podman whose `image exists` ends with a status. */
function podmanWith(existsStatus: number) {
	const answers: Readonly<Record<string, string>> = {
		'image inspect': JSON.stringify([{Id: imageId, GraphDriver: {Name: 'overlay'}, Size: 5}]),
		'info --format': JSON.stringify({store: {graphRoot: '/var/lib/containers/storage'}}),
	};
	const result = {status: existsStatus, stdout: '', stderr: 'no storage\n'};
	return fakeSystem({
		run: async (command, args, {okStatuses = [0]} = {}) => {
			const stdout = answers[args.slice(0, 2).join(' ')];
			if (stdout !== undefined) return {status: 0, stdout, stderr: ''};
			if (okStatuses.includes(existsStatus)) return result;
			throw new CommandFailed([command, ...args], {...result, signal: undefined});
		},
	});
}

async function failure(system: ReturnType<typeof fakeSystem>, name: string): Promise<EngineError> {
	const thrown = await storedImage(system, name).then(
		() => new Error('worked'),
		(error: unknown) => error,
	);
	if (thrown instanceof EngineError) return thrown;
	throw thrown;
}

test('is known to a policy by its store, and by its name or ID', async () => {
	const common = {
		transport: 'containers-storage',
		store: {driver: 'overlay', root: '/var/lib/containers/storage'},
		imageId,
	} as const;
	assert.equal(await storedImage(podmanWith(0), 'localhost/myos:1'), {
		...common,
		reference: {host: 'localhost', path: 'myos', tag: '1', digest: undefined},
	});
	for (const id of [imageId.slice(0, 12), `sha256:${imageId}`])
		assert.equal(await storedImage(podmanWith(0), id), {...common, reference: undefined});
});

test('that is not there is told from a podman that fails', async () => {
	const missing = await failure(podmanWith(1), 'localhost/myos:1');
	assert.equal(
		[missing.code, missing.message],
		['no-such-image', "podman's storage has no image localhost/myos:1"],
	);
	const broken = await failure(podmanWith(125), 'localhost/myos:1');
	assert.equal(
		[broken.code, broken.message],
		['command-failed', 'podman image exists localhost/myos:1 ended with status 125: no storage'],
	);
});

test('has a whole name, or podman is not even asked', async () => {
	const podman = podmanWith(0);
	for (const name of ['myos', '--help']) assert.is((await failure(podman, name)).code, 'usage');
	assert.equal(podman.commandLines(), []);
});

test.run();
