import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {fakeSystem} from '../../../engine/system/fake.ts';
import {Secret} from '../../../installer/answers/secret.ts';
import {sealCredentials} from '../../../installer/bootstrap/seal-credentials.ts';

const test = suite('sealed credentials');

const inline = (text: string) => ({kind: 'inline', secret: new Secret(text)}) as const;
const credentials = new Map([
	['db.password', inline('planted')],
	['a/b', inline('planted')],
]);

/** What systemd-creds says on a machine where it says so of the TPM2. */
function systemWith(status: number) {
	const inputs: unknown[] = [];
	const system = fakeSystem({
		async run(_, [verb], options) {
			if (verb === 'has-tpm2') return {status, stdout: '', stderr: ''};
			inputs.push(options?.input);
			return {status: 0, stdout: 'sealed\n', stderr: ''};
		},
	});
	return {system, inputs};
}

test('are those whose name is one, and come on standard input', async () => {
	const {system, inputs} = systemWith(0);
	const sealed = await sealCredentials(system, credentials, new Map());
	assert.equal(
		[...sealed].map(([name, secret]) => [name, secret.reveal()]),
		[['db.password', 'sealed\n']],
	);
	assert.equal(system.commandLines(), [
		'systemd-creds has-tpm2 --quiet',
		'systemd-creds encrypt --with-key=tpm2 --tpm2-pcrs= --name=db.password - -',
	]);
	assert.equal(inputs, [Buffer.from('planted')]);
});

test('are none without a TPM2 that systemd can use, and nothing is asked for none', async () => {
	for (const status of [1, 4, 31]) {
		const {system} = systemWith(status);
		assert.is((await sealCredentials(system, credentials, new Map())).size, 0);
		assert.is(system.calls.length, 1);
	}
	const {system} = systemWith(0);
	assert.is((await sealCredentials(system, new Map(), new Map())).size, 0);
	assert.equal(system.calls, []);
});

test.run();
