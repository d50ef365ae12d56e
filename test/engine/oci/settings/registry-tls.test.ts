import {generateKeyPairSync} from 'node:crypto';
import {mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {registryTls} from '../../../../engine/oci/settings/registry-tls.ts';
import {failure, told} from './failure.ts';
import {SettingsRoots} from './settings-root.ts';

const test = suite('certs.d');
const roots = new SettingsRoots();
test.after(() => roots.remove());

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/tls');
const fixture = (name: string) => readFileSync(path.join(fixtures, name), 'utf8');
const ca = fixture('ca.crt');
const certificate = fixture('client.cert');
const key = fixture('client.key');
const host = 'a.example.com:5000';
const folder = `/etc/containers/certs.d/${host}`;

test('has CAs and the pair of a client', async () => {
	const places = roots.make({
		[`${folder}/b.crt`]: certificate,
		[`${folder}/a.crt`]: `# our own\n${ca}`,
		[`${folder}/client.cert`]: certificate,
		[`${folder}/client.key`]: key,
		[`${folder}/README`]: 'not a certificate',
	});
	assert.equal(await registryTls(places, host), {
		ca: [`# our own\n${ca}`, certificate],
		client: {certificate, key},
	});
	assert.equal(await registryTls(places, 'a.example.com'), {ca: []});
});

test('is the first folder there is for the host', async () => {
	const order = [
		'/root/.config/containers',
		'/etc/containers',
		'/usr/share/containers',
		'/etc/docker',
	];
	const withCa = (above: string) => [`${above}/certs.d/${host}/${path.basename(above)}.crt`, ca];
	for (const [index, above] of order.entries()) {
		const files = Object.fromEntries(order.slice(index).map(withCa));
		const places = roots.make(files, {environment: {HOME: '/root'}, includesHome: true});
		assert.equal(await registryTls(places, host), {ca: [ca]}, above);
		mkdirSync(path.join(places.root, above, 'certs.d', host, 'x.crt'), {recursive: true});
		const outcome = await registryTls(places, host).catch(({code}) => code);
		assert.is(outcome, 'EISDIR', 'another folder was read');
	}
	const files = Object.fromEntries([withCa('/root/.config/containers')]);
	assert.equal(await registryTls(roots.make(files, {environment: {HOME: '/root'}}), host), {
		ca: [],
	});
});

test('hides the folders after it, even empty', async () => {
	const places = roots.make({[`/etc/docker/certs.d/${host}/a.crt`]: ca});
	mkdirSync(path.join(places.root, folder), {recursive: true});
	assert.equal(await registryTls(places, host), {ca: []});
});

const otherKey = generateKeyPairSync('ec', {
	namedCurve: 'P-256',
	privateKeyEncoding: {type: 'pkcs8', format: 'pem'},
	publicKeyEncoding: {type: 'spki', format: 'pem'},
}).privateKey;
const lockedKey = generateKeyPairSync('ec', {
	namedCurve: 'P-256',
	privateKeyEncoding: {type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x'},
	publicKeyEncoding: {type: 'spki', format: 'pem'},
}).privateKey;
const mistakes: readonly (readonly [name: string, files: Record<string, string>, what: string])[] =
	[
		['no certificate', {'a.crt': 'hunter2'}, `${folder}/a.crt holds no certificate in PEM`],
		['an empty CA', {'a.crt': ''}, `${folder}/a.crt holds no certificate in PEM`],
		['a key for a CA', {'a.crt': key}, `${folder}/a.crt holds no certificate in PEM`],
		[
			'a broken certificate',
			{'a.crt': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'},
			`${folder}/a.crt holds no certificate in PEM`,
		],
		['a lonely certificate', {'a.cert': certificate}, `${folder} has a.cert and no a.key`],
		['a lonely key', {'b.key': key}, `${folder} has b.key and no b.cert`],
		['two halves', {'a.cert': certificate, 'b.key': key}, `${folder} has a.cert and no a.key`],
		[
			'two pairs',
			{'a.cert': certificate, 'a.key': key, 'b.cert': certificate, 'b.key': key},
			`${folder} has several client certificates: a.cert, b.cert`,
		],
		[
			'a key of another certificate',
			{'a.cert': certificate, 'a.key': otherKey},
			`${folder}/a.key is not the key of ${folder}/a.cert`,
		],
		[
			'no key',
			{'a.cert': certificate, 'a.key': 'hunter2'},
			`${folder}/a.key holds no private key that needs no passphrase in PEM`,
		],
		[
			'a locked key',
			{'a.cert': certificate, 'a.key': lockedKey},
			`${folder}/a.key holds no private key that needs no passphrase in PEM`,
		],
		[
			'no client certificate',
			{'a.cert': 'hunter2', 'a.key': key},
			`${folder}/a.cert holds no certificate in PEM`,
		],
	];
for (const [name, files, what] of mistakes)
	test(`names the file for ${name}`, async () => {
		const below = Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]);
		const work = () => registryTls(roots.make(Object.fromEntries(below)), host);
		assert.is(await told(work), `usage: ${what}`);
		assert.not.match(`${(await failure(work)).stack}`, /hunter2/);
	});

test.run();
