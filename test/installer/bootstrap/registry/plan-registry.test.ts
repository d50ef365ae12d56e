import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noAnswers, type RegistryAnswers} from '../../../../installer/answers/answers.ts';
import {Secret} from '../../../../installer/answers/secret.ts';
import {makeCertificates} from '../../../engine/oci/registry/certificates.ts';
import {symlink} from '../../../engine/source/trees.ts';
import {debian, type MadeImage, planned} from '../planned.ts';

const test = suite('registries and trust of a machine');
const {ca, server} = makeCertificates();
const text = (content: string) => ({kind: 'text', text: content}) as const;
const auth = '{"auths":{"registry.example.com":{"auth":"dTpw"}}}';
const policy = '{"default":[{"type":"reject"}]}';
const key = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';

const image: MadeImage = {
	...debian,
	'/etc/ssl/certs/ca-certificates.crt': 'OLD\n',
	'/usr/sbin/update-ca-certificates': 'x',
};

const plan = (registry: Partial<RegistryAnswers>, tree = image) =>
	planned({registry: {...noAnswers.registry, ...registry}}, tree);

test('lie where the engine and podman look', () => {
	const {entries, items, problems} = plan({
		auth: {kind: 'inline', secret: new Secret(auth)},
		caCertificates: [text(`comment\n${ca}`)],
		signingKeys: new Map([['myos.pub', text(key)]]),
		policy: text(policy),
	});
	assert.equal(problems, []);
	assert.equal(entries, {
		'/etc/containers/policy.json': `644 0:0 ${policy}`,
		'/etc/ostree/auth.json': `600 0:0 ${auth}`,
		'/etc/pki/containers/myos.pub': `644 0:0 ${key}`,
		'/etc/ssl/certs/ca-certificates.crt': `644 0:0 OLD\n${ca}`,
		'/var/usrlocal/share/ca-certificates/slipway-1.crt': `644 0:0 ${ca}`,
	});
	assert.equal(items, [
		'registry credentials | /etc/ostree/auth.json | secret',
		'all trusted CAs in one file, which updates leave as it is | /etc/ssl/certs/ca-certificates.crt',
		'trusted CA CN=test CA | /usr/local/share/ca-certificates/slipway-1.crt',
		'signing key myos.pub | /etc/pki/containers/myos.pub',
		'signature policy | /etc/containers/policy.json',
	]);
});

test('have CAs where Fedora has them, without links on the way', () => {
	const bundle = '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem';
	const {entries} = plan(
		{caCertificates: [text(ca + server.cert)]},
		{
			'/etc/ssl/certs/ca-certificates.crt': symlink(`../../..${bundle}`),
			[bundle]: '',
			'/usr/bin/update-ca-trust': 'x',
		},
	);
	assert.equal(entries, {
		[bundle]: `644 0:0 ${ca}${server.cert}`,
		'/etc/pki/ca-trust/source/anchors/slipway-1.crt': `644 0:0 ${ca}`,
		'/etc/pki/ca-trust/source/anchors/slipway-2.crt': `644 0:0 ${server.cert}`,
	});
});

test('have CAs in the bundle alone, where the image has its own /usr/local', () => {
	const {'/usr/local': _, ...other} = image;
	const {entries, problems} = plan({caCertificates: [text(ca)]}, other);
	assert.equal([Object.keys(entries), problems], [['/etc/ssl/certs/ca-certificates.crt'], []]);
});

test('are refused when they are something else, without a word of the secret', () => {
	const {problems, entries} = plan(
		{
			auth: {kind: 'inline', secret: new Secret('hunter2')},
			caCertificates: [text('<html>'), text(ca.replace('M', 'N'))],
			signingKeys: new Map([
				['private', text('-----BEGIN PRIVATE KEY-----\n')],
				['../../x', text(key)],
			]),
			policy: text('{"default":[]}'),
		},
		debian,
	);
	assert.equal(problems.slice(0, -1), [
		'the file of registry credentials is no file of registry credentials: it is not JSON',
		'CA certificate 1 is no certificate in PEM',
		'CA certificate 2 is no certificate in PEM',
		'the image has no file of CA certificates to add to',
		'the signing key "private" is no public key',
		'"/etc/pki/containers/../../x" is no path of a file',
	]);
	assert.match(problems.at(-1) ?? '', /^the policy/);
	assert.not.match(problems.join(), /hunter2/);
	assert.is(entries['/etc/x'], undefined);
});

test.run();
